import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Route, Switch } from 'wouter';
import { Shell } from './components/shell.js';
import { ComparePage } from './pages/compare-page.js';
import { FleetPage } from './pages/fleet-page.js';
import { MeasurementPage } from './pages/measurement-page.js';
import { MeasurementsPage } from './pages/measurements-page.js';
import { MissingPage } from './pages/missing-page.js';
import { ModelPage } from './pages/model-page.js';
import { ModelsPage } from './pages/models-page.js';
import { PlanPage } from './pages/plan-page.js';

/** The client of the API tries again by itself; trying its tries again would only hide that it is away. */
const queries = new QueryClient({ defaultOptions: { queries: { retry: false }, mutations: { retry: false } } });

/** The dashboard: an address, a page. */
export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Shell>
        <Switch>
          <Route path="/" component={FleetPage} />
          <Route path="/models" component={ModelsPage} />
          <Route path="/models/:id">{({ id }) => <ModelPage key={id} id={id} />}</Route>
          <Route path="/plans/:id">{({ id }) => <PlanPage key={id} id={id} />}</Route>
          <Route path="/measurements" component={MeasurementsPage} />
          <Route path="/measurements/:id">{({ id }) => <MeasurementPage key={id} id={id} />}</Route>
          <Route path="/compare" component={ComparePage} />
          <Route component={MissingPage} />
        </Switch>
      </Shell>
    </QueryClientProvider>
  );
}

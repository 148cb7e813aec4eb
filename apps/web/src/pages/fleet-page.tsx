import type { Agent, Target } from '@espalier/contracts';
import { useQueries, useQuery } from '@tanstack/react-query';
import { AgentList, type NamedAgent } from '../components/agent-list.js';
import { Empty } from '../components/empty.js';
import { Columns, Page } from '../components/page.js';
import { PlanList } from '../components/plan-list.js';
import { Section } from '../components/section.js';
import { Shown } from '../components/shown.js';
import { TargetList } from '../components/target-list.js';
import { fleetSentence } from '../format/fleet.js';
import { subjectName } from '../format/subject.js';
import { agentsQuery, measurementQuery, modelsQuery, plansQuery, targetsQuery } from '../service/queries.js';
import { useTitle } from '../service/use-title.js';
import { viewOf } from '../state/view.js';

/** Recent, not all: the others are on the pages of their models. */
const RECENT_PLANS = 8;

const isEmpty = (items: readonly unknown[]): boolean => items.length === 0;

function useModelNames(): ReadonlyMap<string, { readonly name: string }> {
  const { data = [] } = useQuery(modelsQuery);
  return new Map(data.map((model) => [model.id, model]));
}

/** Gives what the agents measure a name: each measurement is asked for once. */
function useNamedAgents(agents: readonly Agent[]): readonly NamedAgent[] {
  const models = useModelNames();
  const ids = agents.flatMap(({ running }) => (running === null ? [] : [running.measurementId]));
  const measurements = useQueries({ queries: ids.map(measurementQuery) });
  const known = new Map(measurements.flatMap(({ data }) => (data === undefined ? [] : [[data.id, data] as const])));
  return agents.map((agent) => {
    const { running } = agent;
    if (running === null) return { agent, running };
    const name = subjectName(running.subject, known.get(running.measurementId), models);
    return { agent, running: { ...running, subjectName: name } };
  });
}

function Agents({ agents }: { readonly agents: readonly Agent[] }) {
  return <AgentList agents={useNamedAgents(agents)} />;
}

const NO_AGENTS: readonly Agent[] = [];
const NO_TARGETS: readonly Target[] = [];

/** The devices, what each does now, and what was planned lately. */
export function FleetPage() {
  useTitle('Fleet');
  const agents = useQuery(agentsQuery);
  const targets = useQuery(targetsQuery);
  const plans = useQuery(plansQuery);
  const models = useModelNames();
  const lead = agents.data === undefined ? '' : fleetSentence(agents.data ?? NO_AGENTS, targets.data ?? NO_TARGETS);
  return (
    <Page title="Fleet" lead={lead}>
      <Columns
        main={
          <>
            <Section title="Agents">
              <Shown
                view={viewOf(agents, isEmpty)}
                what="the agents"
                lines={5}
                onRetry={() => void agents.refetch()}
                empty={
                  <Empty title="No agent has come forward yet">
                    Start one on the device to measure: <code>espalier agent</code>
                  </Empty>
                }
              >
                {(items) => <Agents agents={items} />}
              </Shown>
            </Section>
            <Section title="Recent plans">
              <Shown
                view={viewOf(plans, isEmpty)}
                what="the plans"
                lines={5}
                onRetry={() => void plans.refetch()}
                empty={<Empty title="No plan yet">Open a model and give it a budget.</Empty>}
              >
                {(items) => <PlanList plans={items.slice(0, RECENT_PLANS)} modelNames={models} />}
              </Shown>
            </Section>
          </>
        }
        side={
          <Section title="Targets">
            <Shown view={viewOf(targets)} what="the targets" lines={5} onRetry={() => void targets.refetch()}>
              {(items) => <TargetList targets={items} />}
            </Shown>
          </Section>
        }
      />
    </Page>
  );
}

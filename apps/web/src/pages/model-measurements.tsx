import type { Model } from '@espalier/contracts';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { Empty } from '../components/empty.js';
import { MeasureForm, type MeasureWish } from '../components/measure-form.js';
import { MeasurementList } from '../components/measurement-list.js';
import { Section } from '../components/section.js';
import { Shown } from '../components/shown.js';
import { client } from '../service/client.js';
import { measurementsQuery, targetsQuery } from '../service/queries.js';
import { listPath } from '../state/measurement-filter.js';
import { viewOf } from '../state/view.js';

/** A form that asks for the latency or the profile of a model as it is. */
export function MeasurePart({ model }: { readonly model: Model }) {
  const [, navigate] = useLocation();
  const targets = useQuery(targetsQuery);
  const create = useMutation({
    mutationFn: ({ kind, target, batch, threads }: MeasureWish) =>
      client.measurements.create([{ kind, subject: model.id, target, spec: { batch, threads } }]),
    onSuccess: ([created]) => {
      if (created !== undefined) navigate(`/measurements/${created.measurement.id}`);
    },
  });
  return (
    <Section title="Measure it as it is">
      <Shown view={viewOf(targets)} what="the targets" lines={6} onRetry={() => void targets.refetch()}>
        {(items) => (
          <MeasureForm targets={items} onSubmit={create.mutate} busy={create.isPending} error={create.error} />
        )}
      </Shown>
    </Section>
  );
}

/** The newest so many; the list of measurements has the others. */
const SHOWN_MEASUREMENTS = 8;

/** What was measured of a model lately. */
export function MeasurementsPart({ model }: { readonly model: Model }) {
  const pages = useInfiniteQuery(measurementsQuery({ modelId: model.id }));
  const data = pages.data?.pages[0]?.items.slice(0, SHOWN_MEASUREMENTS);
  return (
    <Section
      title="Measurements"
      aside={<Link href={listPath({ modelId: model.id })}>All measurements of this model</Link>}
    >
      <Shown
        view={viewOf({ ...pages, data }, (items) => items.length === 0)}
        what="the measurements"
        onRetry={() => void pages.refetch()}
        empty={<Empty title="Not measured yet">Measure it as it is, or give it a budget: its plan measures.</Empty>}
      >
        {(items) => <MeasurementList measurements={items} models={new Map([[model.id, model]])} />}
      </Shown>
    </Section>
  );
}

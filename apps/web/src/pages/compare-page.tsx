import type { Measurement } from '@espalier/contracts';
import { useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Stack } from '../components/stack.js';
import { Note } from '../components/statement.js';
import { type ComparedRow, ComparisonTable } from '../components/comparison-table.js';
import { Empty } from '../components/empty.js';
import { SelectField } from '../components/field.js';
import { ErrorNotice, Notice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { type RidgeLane, RidgePlot } from '../components/ridge-plot.js';
import { Section } from '../components/section.js';
import { Skeleton } from '../components/shown.js';
import { Table } from '../components/table.js';
import { STATISTIC_NAMES } from '../format/measurement.js';
import { formatNoun } from '../format/number.js';
import { specSummary } from '../format/spec.js';
import { subjectName } from '../format/subject.js';
import { agentsQuery, liveMeasurementQuery, modelsQuery } from '../service/queries.js';
import { useTitle } from '../service/use-title.js';
import {
  areOfSeveralDevices,
  commonStatistic,
  type Difference,
  differencesOf,
  isMeasured,
  type Measured,
  ratioTo,
} from '../state/comparison.js';
import { comparedIds } from '../state/measurement-filter.js';

/** A measurement with the words it is called by. */
interface NamedMeasured {
  readonly measured: Measured;
  readonly name: string;
  readonly detail: string;
}

function useNamed(measurements: readonly Measured[]): readonly NamedMeasured[] {
  const { data: models } = useQuery(modelsQuery);
  return useMemo(() => {
    const byId = new Map((models ?? []).map((model) => [model.id, model]));
    return measurements.map((measured) => ({
      measured,
      name: subjectName(measured.subject, measured, byId),
      detail: `on ${measured.target}, ${specSummary(measured.spec)}, ${(measured.finishedAt ?? measured.createdAt).slice(0, 16).replace('T', ' ')}`,
    }));
  }, [measurements, models]);
}

/** What a ratio of separate runs cannot tell. */
function Limits({ rows }: { readonly rows: readonly ComparedRow[] }) {
  if (!rows.some(({ compared }) => compared?.basis === 'independent')) return null;
  return (
    <Notice tone="attention" title="Separate runs differ by more than their own intervals">
      <p>
        Measurements made minutes apart on the same device differ from one another by more than each one’s interval
        says. To tell a small difference, measure the models in one interleaved run:{' '}
        <code>espalier measure A.onnx B.onnx</code>, or with the same control.
      </p>
    </Notice>
  );
}

function Differences({
  differences,
  named,
}: {
  readonly differences: readonly Difference[];
  readonly named: readonly NamedMeasured[];
}) {
  if (differences.length === 0) return <p>Device, settings and runtime are the same for all.</p>;
  return (
    <Table
      caption="What differs besides the models"
      items={differences}
      keyOf={({ name }) => name}
      columns={[
        { head: 'What', cell: ({ name }) => name },
        ...named.map(({ name }, index) => ({
          head: `${index + 1}. ${name}`,
          cell: ({ values }: Difference) => values[index] ?? '',
        })),
      ]}
    />
  );
}

function Comparison({ measurements }: { readonly measurements: readonly Measured[] }) {
  const [search, setSearch] = useSearchParams();
  const named = useNamed(measurements);
  const { data: agents = [] } = useQuery(agentsQuery);
  const [first] = measurements;
  const referenceId = measurements.find(({ id }) => id === search.get('reference'))?.id ?? first?.id;
  const lanes = useMemo(
    () =>
      named.map(
        ({ measured, name, detail }): RidgeLane => ({
          id: measured.id,
          name,
          detail,
          latency: measured.result.subject,
          isReference: measured.id === referenceId,
        }),
      ),
    [named, referenceId],
  );
  const reference = measurements.find(({ id }) => id === referenceId);
  if (reference === undefined) return null;
  const statistic = commonStatistic(measurements);
  const rows = named.map(
    (each): ComparedRow => ({
      ...each,
      compared: each.measured === reference ? null : ratioTo(each.measured, reference, statistic),
    }),
  );
  const devices = new Map(agents.map(({ id, name }) => [id, name]));
  return (
    <>
      <Section title="Distributions" aside="On one scale; the dashed line is the median of the reference">
        <RidgePlot lanes={lanes} />
      </Section>
      <Section title="In numbers" aside={`${STATISTIC_NAMES[statistic]}, with 95 % intervals`}>
        <Stack>
          <SelectField
            label="Reference"
            value={reference.id}
            onChange={(id) =>
              setSearch(
                (before) => {
                  const next = new URLSearchParams(before);
                  next.set('reference', id);
                  return next;
                },
                { replace: true },
              )
            }
          >
            {named.map(({ measured, name, detail }) => (
              <option key={measured.id} value={measured.id}>
                {name}, {detail}
              </option>
            ))}
          </SelectField>
          <ComparisonTable rows={rows} statistic={statistic} withCanary={areOfSeveralDevices(measurements)} />
          <Note>
            In one run with it: measured in the same rounds, so that drift cancels. Through the same control: each in
            one run with that control, then the ratio of the two ratios. Two separate runs: from the two intervals, as
            if nothing else had changed in between.
            {areOfSeveralDevices(measurements)
              ? ' Over the canary: in units of a fixed reference model that each device had run shortly before, so that a faster device is not taken for a faster model.'
              : ''}
          </Note>
          <Limits rows={rows} />
        </Stack>
      </Section>
      <Section title="What differs besides the models">
        <Differences differences={differencesOf(measurements, devices)} named={named} />
      </Section>
    </>
  );
}

/** What has come of several queries: measurements with a latency, and what stands in the place of the others. */
function combined(queries: readonly Pick<UseQueryResult<Measurement>, 'data' | 'error' | 'isPending'>[]) {
  const found = queries.flatMap(({ data }) => data ?? []);
  return {
    known: found.filter(isMeasured),
    without: found.filter((measurement) => !isMeasured(measurement)),
    failed: queries.flatMap(({ error }) => error ?? []),
    isLoading: queries.some(({ isPending }) => isPending),
  };
}

/** Several measurements beside each other. */
export function ComparePage() {
  useTitle('Comparison');
  const [search] = useSearchParams();
  const ids = comparedIds(search);
  const { known, without, failed, isLoading } = useQueries({
    queries: ids.map(liveMeasurementQuery),
    combine: combined,
  });
  return (
    <Page
      title="Comparison"
      above={<Link href="/measurements">Measurements</Link>}
      lead={ids.length === 0 ? '' : `${formatNoun(ids.length, 'measurement')} beside each other.`}
    >
      {failed.map((error) => (
        <ErrorNotice key={error.message} title="A measurement could not be loaded" error={error} />
      ))}
      {without.map(({ id, status }) => (
        <Notice key={id} tone="attention" title="A measurement has no latency to compare">
          <p>
            <Link href={`/measurements/${id}`}>It</Link> is {status === 'succeeded' ? 'a profile' : status}.
          </p>
        </Notice>
      ))}
      {isLoading ? <Skeleton lines={10} /> : null}
      {!isLoading && known.length < 2 ? (
        <Empty title="Two measurements make a comparison">
          Choose several in the list of <Link href="/measurements">measurements</Link>.
        </Empty>
      ) : null}
      {!isLoading && known.length >= 2 ? <Comparison measurements={known} /> : null}
    </Page>
  );
}

import type {
  DiscardedTake,
  LatencyEstimate,
  Measurement,
  MeasurementResult,
  MeasurementWarning,
  Statistic,
} from '@espalier/contracts';
import { useMemo } from 'react';
import { Stack } from '../components/stack.js';
import { Statement } from '../components/statement.js';
import { DistributionPlot, type DrawnLatency } from '../components/distribution-plot.js';
import { type Fact, Facts } from '../components/facts.js';
import { ProcessTable } from '../components/process-table.js';
import { Section } from '../components/section.js';
import { SeriesPlot } from '../components/series-plot.js';
import { WarningList } from '../components/warning-list.js';
import { formatLatency, formatMs } from '../format/latency.js';
import { STATISTIC_NAMES } from '../format/measurement.js';
import { formatBytes, formatNoun, formatShare } from '../format/number.js';
import { describeRatio, formatRatio } from '../format/ratio.js';
import { formatDuration } from '../format/time.js';
import { controlRatio, statisticOf } from '../state/estimate.js';
import { MeasurementHistoryPart } from './measurement-history.js';

/** A measurement that found a latency, and what its artifacts are called. */
interface LatencyProps {
  readonly measurement: Measurement;
  readonly result: MeasurementResult;
  readonly subject: string;
  readonly control: string | null;
}

function estimateFact(term: string, latency: LatencyEstimate, statistic: Statistic): Fact {
  const { value, ci } = statisticOf(latency, statistic);
  const text = formatLatency(value, ci);
  return { term, value: text.value, note: `${text.interval}, ±${formatShare((ci[1] - ci[0]) / 2 / value)}` };
}

function othersOf(latency: LatencyEstimate, asked: Statistic): readonly Fact[] {
  const others: readonly Statistic[] = ['p50', 'mean', 'p90', 'p95', 'p99'];
  return others
    .filter((statistic) => statistic !== asked)
    .map((statistic) => estimateFact(STATISTIC_NAMES[statistic], latency, statistic));
}

function verdictOf({ measurement, result, subject, control }: LatencyProps): string | null {
  const ratio = controlRatio(result, measurement.spec.statistic);
  if (ratio === null || control === null) return null;
  return `${subject} ${describeRatio(ratio, `its control, ${control}`)}.`;
}

function Estimate(props: LatencyProps) {
  const { measurement, result } = props;
  const { statistic, precision } = measurement.spec;
  const ratio = controlRatio(result, statistic);
  const ratioText = ratio === null ? null : formatRatio(ratio);
  const verdict = verdictOf(props);
  const facts: readonly Fact[] = [
    estimateFact(STATISTIC_NAMES[statistic], result.subject, statistic),
    ...(result.control === undefined ? [] : [estimateFact('Control', result.control, statistic)]),
    ...(ratioText === null ? [] : [{ term: 'Subject over control', value: ratioText.value, note: ratioText.interval }]),
    ...othersOf(result.subject, statistic),
  ];
  return (
    <Section
      title="Estimate"
      aside={
        result.subject.converged
          ? `reached ±${formatShare(precision)}; 95 % intervals`
          : `did not reach ±${formatShare(precision)}; 95 % intervals`
      }
    >
      <Stack>
        {verdict === null ? null : <Statement>{verdict}</Statement>}
        <Facts facts={facts} />
      </Stack>
    </Section>
  );
}

function BesideFacts({ result }: Pick<LatencyProps, 'result'>) {
  const { subject, control, peakRssBytes, wallSeconds } = result;
  const beside = (of: (latency: LatencyEstimate) => string) =>
    control === undefined ? {} : { note: `control ${of(control)}` };
  return (
    <Facts
      facts={[
        { term: 'Load', value: formatMs(subject.loadMs), ...beside(({ loadMs }) => formatMs(loadMs)) },
        {
          term: 'First run, cold',
          value: formatMs(subject.firstRunMs),
          ...beside(({ firstRunMs }) => formatMs(firstRunMs)),
        },
        { term: 'Peak memory', value: formatBytes(peakRssBytes), note: 'with the subject alone' },
        {
          term: 'Model file',
          value: formatBytes(subject.modelBytes),
          ...beside(({ modelBytes }) => formatBytes(modelBytes)),
        },
        { term: 'Took', value: formatDuration(wallSeconds), note: 'all in all' },
      ]}
    />
  );
}

function betweenText({ processVariance, subject }: MeasurementResult): string {
  const { processes, sdShare } = processVariance;
  if (processes < 2) return 'One process: what differs between processes is not known, and not in the interval.';
  const shown =
    sdShare > 0
      ? `They differ by ${formatShare(sdShare, 2)} (standard deviation) beyond what their runs explain`
      : 'They do not differ beyond what their runs explain';
  return `${formatNoun(subject.processes.length, 'fresh process', 'fresh processes')}. ${shown}; the interval includes it.`;
}

function Processes({ result, statistic }: { readonly result: MeasurementResult; readonly statistic: Statistic }) {
  return (
    <Section title="Processes and cold start" aside="Beside the latency, never mixed into it">
      <Stack>
        <BesideFacts result={result} />
        <p>{betweenText(result)}</p>
        <ProcessTable latency={result.subject} statistic={statistic} />
      </Stack>
    </Section>
  );
}

/** What speaks against trusting a number. */
export function Warnings({ warnings }: { readonly warnings: readonly MeasurementWarning[] }) {
  return (
    <Section title="Warnings" aside={warnings.length === 0 ? ' ' : warnings.length}>
      <WarningList warnings={warnings} />
    </Section>
  );
}

/** Takes that were thrown away because something disturbed the device. */
function DiscardedTakes({ takes }: { readonly takes: readonly DiscardedTake[] }) {
  if (takes.length === 0) return null;
  return (
    <Section title="Discarded takes" aside="Measured again because the device was disturbed">
      <ol>
        {takes.map(({ p50Ms, warnings }, index) => (
          <li key={`${index} ${p50Ms}`}>
            Take {index + 1}: p50 {formatMs(p50Ms)}, {warnings.map(({ code }) => code).join(', ') || 'no warning'}
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** What a measurement of a latency found, in numbers and drawings. */
export function MeasurementLatency(props: LatencyProps) {
  const { result, measurement, subject, control } = props;
  const drawn = useMemo(
    (): readonly DrawnLatency[] => [
      { role: 'subject', name: `Subject: ${subject}`, latency: result.subject },
      ...(result.control === undefined
        ? []
        : [{ role: 'control', name: `Control: ${control ?? 'unknown'}`, latency: result.control } as const]),
    ],
    [result, subject, control],
  );
  return (
    <>
      <Estimate {...props} />
      <Warnings warnings={result.warnings} />
      <Section title="Distribution" aside={formatNoun(result.subject.outliers, 'outlier')}>
        <DistributionPlot drawn={drawn} />
      </Section>
      <Section title="Over time">
        <SeriesPlot result={result} />
      </Section>
      <MeasurementHistoryPart id={measurement.id} />
      <Processes result={result} statistic={measurement.spec.statistic} />
      <DiscardedTakes takes={result.discarded} />
    </>
  );
}

import type { MeasurementSpec, MeasurementWarning } from '@espalier/contracts';
import { judge, type Take, type Verdict } from '../sampling/stopping.js';
import { driftOverSample } from '../statistics/drift.js';
import { Sample } from '../statistics/sample.js';
import { statisticEstimate } from '../statistics/statistic.js';
import { processVariance } from './estimate.js';
import { type ProcessTake, runsOf, takeOf } from './process-take.js';

/** The latency may change by this share from the first round to the last before it counts as drift. */
const MAX_DRIFT = 0.02;

/** Whether each artifact's runs were enough. */
export interface Verdicts {
  /** Of the subject, with every ratio. */
  readonly subject: Verdict;
  /** Per artifact, by itself. */
  readonly alone: readonly Verdict[];
}

/** Judges the final samples by the rule that the processes stopped by. */
export function verdictsOf(takes: readonly Take[], spec: MeasurementSpec): Verdicts {
  const artifacts = takes[0]?.series ?? [];
  return {
    subject: judge(spec, takes),
    alone: artifacts.map((_, index) =>
      judge(
        spec,
        takes.map(({ series }) => ({ series: series.slice(index, index + 1) })),
      ),
    ),
  };
}

/** What the samples of a measurement, and how they came about, are judged by. */
export interface Taken {
  /** At least one. */
  readonly takes: readonly ProcessTake[];
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly assumedInputs: readonly string[];
  /** How many nodes ran, and how many of them elsewhere than on the provider; absent for the CPU. */
  readonly placement?: { readonly nodes: number; readonly nodesElsewhere: number } | undefined;
}

function notConverged({ subject }: Verdicts, { precision, statistic }: MeasurementSpec): MeasurementWarning[] {
  if (subject.converged) return [];
  const { relativeHalfWidth } = subject;
  const reached = Number.isFinite(relativeHalfWidth) ? { relativeHalfWidth } : {};
  return [{ code: 'not-converged', evidence: { statistic, precision, ...reached } }];
}

/** Too few runs: fewer than were asked for, or so few that the interval of the statistic has no honest upper end. */
function fewRuns(takes: readonly Take[], { minRuns, statistic }: MeasurementSpec): MeasurementWarning[] {
  const samples = takes.flatMap(({ series }) => series.slice(0, 1));
  const { bounded, effectiveRuns } = statisticEstimate(samples, statistic);
  const runs = samples.reduce((sum, { n }) => sum + n, 0);
  if (runs >= minRuns && bounded) return [];
  return [{ code: 'few-runs', evidence: { statistic, runs, effectiveRuns } }];
}

/** Drift within the process in which the subject drifted most. */
function drift(takes: readonly ProcessTake[]): MeasurementWarning[] {
  const shares = takes.map((take) =>
    driftOverSample(Sample.of(runsOf(take, 0).samplesMs), Float64Array.from(take.atMs)),
  );
  const share = shares.reduce((worst, each) => (Math.abs(each) > Math.abs(worst) ? each : worst), 0);
  return Math.abs(share) > MAX_DRIFT ? [{ code: 'drift', evidence: { share } }] : [];
}

/** Fresh processes differ by more than the precision: a measurement in one of them would have been wrong by that. */
function variance(takes: readonly Take[], { precision, statistic }: MeasurementSpec): MeasurementWarning[] {
  const { processes, sdShare } = processVariance(takes, statistic);
  return sdShare > precision ? [{ code: 'process-variance', evidence: { statistic, processes, sdShare } }] : [];
}

function assumed({ assumedInputs, inputs }: Taken): MeasurementWarning[] {
  if (assumedInputs.length === 0) return [];
  const evidence = Object.fromEntries(assumedInputs.map((name) => [name, (inputs[name] ?? []).join('×')]));
  return [{ code: 'input-shape-assumed', evidence }];
}

function unsteady(takes: readonly ProcessTake[]): MeasurementWarning[] {
  const processes = takes.filter(({ warmUpSteady }) => !warmUpSteady);
  if (processes.length === 0) return [];
  const droppedRuns = processes.reduce((sum, take) => sum + runsOf(take, 0).droppedRuns, 0);
  return [{ code: 'warm-up-not-steady', evidence: { droppedRuns, processes: processes.length } }];
}

function partial({ placement }: Taken, { provider }: MeasurementSpec): MeasurementWarning[] {
  if (placement === undefined || placement.nodesElsewhere === 0) return [];
  return [{ code: 'provider-partial', evidence: { provider, ...placement } }];
}

/** What the samples themselves, and how they came about, say against the numbers. */
export function sampleWarnings(taken: Taken, spec: MeasurementSpec, verdicts: Verdicts): MeasurementWarning[] {
  const takes = taken.takes.map(takeOf);
  return [
    ...notConverged(verdicts, spec),
    ...fewRuns(takes, spec),
    ...variance(takes, spec),
    ...drift(taken.takes),
    ...unsteady(taken.takes),
    ...partial(taken, spec),
    ...assumed(taken),
  ];
}

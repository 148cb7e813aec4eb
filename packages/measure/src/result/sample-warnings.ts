import type { MeasurementSpec, MeasurementWarning } from '@espalier/contracts';
import type { Measured } from '../probe/messages.js';
import { judge, statisticEstimate, type Verdict } from '../sampling/stopping.js';
import { driftOverSample } from '../statistics/drift.js';
import { Sample } from '../statistics/sample.js';

/** The latency may change by this share from the first round to the last before it counts as drift. */
const MAX_DRIFT = 0.02;

/** Whether each artifact's rounds were enough: the subject's verdict includes the ratio to the control. */
export interface Verdicts {
  readonly subject: Verdict;
  readonly control: Verdict | undefined;
}

/** Judges the final samples by the rule that the probe stopped by. */
export function verdictsOf(measured: Measured, spec: MeasurementSpec): Verdicts {
  const subject = Sample.of(measured.subject.samplesMs);
  const control = measured.control && Sample.of(measured.control.samplesMs);
  return { subject: judge(spec, subject, control), control: control && judge(spec, control) };
}

function notConverged({ subject }: Verdicts, { precision, statistic }: MeasurementSpec): MeasurementWarning[] {
  if (subject.converged) return [];
  const { relativeHalfWidth } = subject;
  const reached = Number.isFinite(relativeHalfWidth) ? { relativeHalfWidth } : {};
  return [{ code: 'not-converged', evidence: { statistic, precision, ...reached } }];
}

/** Too few runs: fewer than were asked for, or so few that the interval of the statistic has no honest upper end. */
function fewRuns({ subject }: Measured, { minRuns, statistic }: MeasurementSpec): MeasurementWarning[] {
  const estimate = statisticEstimate(Sample.of(subject.samplesMs), statistic);
  const n = subject.samplesMs.length;
  if (n >= minRuns && estimate.bounded) return [];
  return [{ code: 'few-runs', evidence: { statistic, runs: n, effectiveRuns: estimate.effectiveRuns } }];
}

function drift({ subject, atMs }: Measured): MeasurementWarning[] {
  const share = driftOverSample(Sample.of(subject.samplesMs), Float64Array.from(atMs));
  return Math.abs(share) > MAX_DRIFT ? [{ code: 'drift', evidence: { share } }] : [];
}

function assumed({ assumedInputs, inputs }: Measured): MeasurementWarning[] {
  if (assumedInputs.length === 0) return [];
  const evidence = Object.fromEntries(assumedInputs.map((name) => [name, (inputs[name] ?? []).join('×')]));
  return [{ code: 'input-shape-assumed', evidence }];
}

function unsteady({ warmUpSteady, subject: { droppedRuns } }: Measured): MeasurementWarning[] {
  return warmUpSteady ? [] : [{ code: 'warm-up-not-steady', evidence: { droppedRuns } }];
}

function partial({ placement }: Measured, { provider }: MeasurementSpec): MeasurementWarning[] {
  if (placement === undefined || placement.nodesElsewhere === 0) return [];
  return [{ code: 'provider-partial', evidence: { provider, ...placement } }];
}

/** What the samples themselves, and how they came about, say against the numbers. */
export function sampleWarnings(measured: Measured, spec: MeasurementSpec, verdicts: Verdicts): MeasurementWarning[] {
  return [
    ...notConverged(verdicts, spec),
    ...fewRuns(measured, spec),
    ...drift(measured),
    ...unsteady(measured),
    ...partial(measured, spec),
    ...assumed(measured),
  ];
}

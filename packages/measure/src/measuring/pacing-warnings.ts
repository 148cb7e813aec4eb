import type { MeasurementSpec, MeasurementWarning } from '@espalier/contracts';
import type { Measured } from '../probe/messages.js';

/** Requests that arrive for long faster than they are served show in the rate that was reached. */
const MIN_RATE_SHARE = 0.95;

/** At a constant rate each late run is one that was slower than the gap; chance arrivals come while a run goes on anyway. */
const MAX_LATE_SHARE = 0.05;

/** That the runs could not keep to the rate of the spec, with the share of late ones and the rate that was reached. */
export function pacingWarnings(
  processes: readonly Pick<Measured, 'punctuality'>[],
  { pacing }: MeasurementSpec,
): MeasurementWarning[] {
  if (pacing.kind !== 'request-rate') return [];
  const kept = processes.flatMap(({ punctuality }) => punctuality ?? []);
  const runs = kept.reduce((sum, each) => sum + each.runs, 0);
  if (runs === 0) return [];
  const lateShare = kept.reduce((sum, { lateRuns }) => sum + lateRuns, 0) / runs;
  const achievedPerSecond = kept.reduce((sum, each) => sum + each.achievedPerSecond * (each.runs / runs), 0);
  const tooSlow = achievedPerSecond < MIN_RATE_SHARE * pacing.perSecond;
  const tooLate = pacing.arrivals === 'constant' && lateShare > MAX_LATE_SHARE;
  if (!tooSlow && !tooLate) return [];
  return [{ code: 'pacing-missed', evidence: { lateShare, achievedPerSecond, wantedPerSecond: pacing.perSecond } }];
}

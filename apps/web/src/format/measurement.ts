import type { Change, Measurement, Statistic } from '@espalier/contracts';
import { statisticOf } from '../state/estimate.js';
import { formatLatency, formatMs } from './latency.js';
import { formatNoun, formatShare, UNKNOWN } from './number.js';

/** A statistic in words, at the beginning of a sentence. */
export const STATISTIC_NAMES: Readonly<Record<Statistic, string>> = {
  p50: 'Median (p50)',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  mean: 'Mean',
};

/** What a measurement found, for a list: the requested statistic with half its interval as a share; or where it stands. */
export function foundText({ kind, result, profile, score, failure, spec }: Measurement): string {
  if (failure !== null) return failure.code;
  if (kind === 'score') return score === null ? UNKNOWN : `on ${formatNoun(score.samples, 'sample')}`;
  if (kind === 'profile') return profile === null ? UNKNOWN : `${formatMs(profile.plainP50Ms)}, profiled`;
  if (result === null) return UNKNOWN;
  const { value, ci } = statisticOf(result.subject, spec.statistic);
  return `${formatLatency(value, ci).value} ±${formatShare((ci[1] - ci[0]) / 2 / value)}`;
}

/** A change in words: `4.1 % slower`, `no change`. */
export function describeChange({ verdict, ratio }: Pick<Change, 'verdict' | 'ratio'>): string {
  switch (verdict) {
    case 'slower':
      return ratio === null ? 'slower' : `${formatShare(ratio - 1)} slower`;
    case 'faster':
      return ratio === null ? 'faster' : `${formatShare(1 - ratio)} less time`;
    case 'no-change':
      return 'no change';
    case 'too-little-data':
      return 'too little to judge';
    default:
      return verdict satisfies never;
  }
}

/** What a change rests on: `against 12 results before it, which differ by 0.8 % anyway; corrected by the canary`. */
export function describeGrounds({ references, noiseShare, canaryCorrected }: Change): string {
  if (references === 0) return 'no result before it to compare with';
  const noise = `which differ by ${formatShare(noiseShare)} anyway`;
  const corrected = canaryCorrected ? '; corrected by the canary' : '';
  return `against ${references} before it, ${noise}${corrected}`;
}

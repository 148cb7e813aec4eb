import type { LatencyEstimate } from '@espalier/contracts';
import type { Histogram } from '../scale/bins.js';
import { formatLatency, formatMs } from './latency.js';
import { formatNoun } from './number.js';

/** A distribution in a sentence, for those who cannot see it. */
export function describeDistribution(latency: LatencyEstimate): string {
  const { value, interval } = formatLatency(latency.p50Ms, latency.p50Ci);
  const middle = `${formatMs(latency.p25Ms)} to ${formatMs(latency.p75Ms)}`;
  return (
    `${formatNoun(latency.n, 'sample')}, median ${value} (${interval}), middle half from ${middle}, ` +
    `p90 ${formatMs(latency.p90Ms)}, p99 ${formatMs(latency.p99Ms)}, largest ${formatMs(latency.maxMs)}.`
  );
}

/** How many samples are not in a drawing because they are far away; empty: all are in it. */
export function describeOutside(name: string, histogram: Histogram | undefined): string {
  if (histogram === undefined) return '';
  const { below, above } = histogram;
  const parts = [
    ...(below > 0 ? [`${formatNoun(below, 'sample')} below`] : []),
    ...(above > 0 ? [`${formatNoun(above, 'sample')} above`] : []),
  ];
  return parts.length === 0 ? '' : `${name}: ${parts.join(' and ')} what is drawn.`;
}

import type { AgentHealth, HealthStatus, TargetHealth } from '@espalier/contracts';
import { formatMs } from './latency.js';
import { formatFixed, formatShare } from './number.js';

/** What a health means for the device, in a sentence. */
export const HEALTH_SENTENCES: Readonly<Record<HealthStatus, string>> = {
  healthy: 'The canary, a fixed reference model, runs as fast as when the device was new or cleared.',
  suspect: 'It still gets measurements, but its numbers deserve doubt.',
  failed: 'It gets no measurements until its canary passes or a person clears it.',
  unknown: 'The canary has not been measured yet.',
};

/** Why a device is not all right, target by target; empty: nothing is to be said. */
export function healthReasons({ targets }: Pick<AgentHealth, 'targets'>): readonly string[] {
  return targets.flatMap(({ target, reason }) => (reason === null ? [] : [`${target}: ${reason}`]));
}

/** Whether a person could say that the device is all right all the same. */
export const canBeCleared = ({ status }: Pick<AgentHealth, 'status'>): boolean =>
  status === 'suspect' || status === 'failed';

/** How fast a device is beside the others of its class: `1.12× as fast as its class`. */
export function describeSpeed({ relativeSpeed }: Pick<TargetHealth, 'relativeSpeed'>): string {
  return relativeSpeed === null ? 'alone in its class' : `${formatFixed(relativeSpeed, 2)}× as fast as its class`;
}

/** The latest canary and how far it is from the baseline: `canary 4.21 ms, +3.1 % from its baseline`. */
export function describeCanary({ p50Ms, drift }: Pick<TargetHealth, 'p50Ms' | 'drift'>): string {
  if (p50Ms === null) return 'no canary';
  if (drift === null) return `canary ${formatMs(p50Ms)}`;
  return `canary ${formatMs(p50Ms)}, ${drift > 0 ? '+' : ''}${formatShare(drift)} from its baseline`;
}

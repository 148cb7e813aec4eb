import type { AgentHealth, HealthStatus, TargetHealth } from '@espalier/contracts';
import { formatMs } from './latency.js';
import { formatFixed, formatShare } from './number.js';

/** What a health means for the device. */
const SENTENCES: Readonly<Record<Exclude<HealthStatus, 'failed'>, string>> = {
  healthy: 'The canary, a fixed reference model, runs as fast as when the device was new or cleared.',
  suspect: 'It still gets measurements, but its numbers deserve doubt.',
  unknown: 'The canary has not been measured yet.',
};

/** What the health of a device means, in a sentence; a device fails on some of its targets, and may go on with others. */
export function describeHealth({ status, targets }: Pick<AgentHealth, 'status' | 'targets'>): string {
  if (status !== 'failed') return SENTENCES[status];
  const failed = targets.filter((target) => target.status === 'failed').map(({ target }) => target);
  return `It gets no measurements on ${failed.join(', ')} until its canary passes or a person clears it.`;
}

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

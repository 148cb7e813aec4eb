import type { Agent, Target } from '@espalier/contracts';
import { formatNoun } from './number.js';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** The fleet in a sentence: `1 of 2 agents online, 1 measuring; 14 measurements queued`. */
export function fleetSentence(
  agents: readonly Pick<Agent, 'state'>[],
  targets: readonly Pick<Target, 'queued'>[],
): string {
  if (agents.length === 0) return 'No agent yet.';
  const online = agents.filter(({ state }) => state !== 'offline').length;
  const measuring = agents.filter(({ state }) => state === 'busy').length;
  const queued = sum(targets.map((target) => target.queued));
  const work = queued === 0 ? 'nothing queued' : `${formatNoun(queued, 'measurement')} queued`;
  return `${online} of ${formatNoun(agents.length, 'agent')} online, ${measuring} measuring; ${work}.`;
}

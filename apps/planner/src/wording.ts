import type { Block, Measurement, PlanEvent as StoredEvent } from '@espalier/contracts';
import type { PlanState } from '@espalier/planner';

type Told = Pick<StoredEvent, 'type' | 'message'>;

/** A latency with four significant digits. */
const ms = (value: number): string => `${Number(value.toPrecision(4))} ms`;

const namesOf = (indices: readonly number[], blocks: readonly Block[]): string =>
  indices.map((index) => blocks.find((block) => block.index === index)?.name ?? String(index)).join(', ');

/** How a plan ended, in a sentence; null while it goes on. */
export function endingOf(state: PlanState, blocks: readonly Block[]): string | null {
  switch (state.phase) {
    case 'verified': {
      if (state.round === null) return 'The model meets the budget as it is: nothing was removed';
      const verdict = state.rounds[state.round]?.verdicts[0];
      const measured = verdict === undefined ? '' : `: at most ${ms(verdict.measured.ci[1])} of ${ms(verdict.limitMs)}`;
      return `Without ${namesOf(state.removed, blocks)} the model keeps the budget${measured}`;
    }
    case 'infeasible':
      return state.lowest
        .map(
          ({ target, p50Ms, limitMs }) =>
            `Removing blocks reaches ${ms(p50Ms)} on ${target} at the lowest, the budget is ${ms(limitMs)}`,
        )
        .join('; ');
    case 'failed':
      return `Failed: ${state.failure.message}`;
    case 'cancelled':
      return 'Cancelled';
    default:
      return null;
  }
}

/** What a finished measurement found, in a sentence. */
export function measuredEvent(label: string, { result, failure }: Measurement): Told {
  if (result === null) return { type: 'measured', message: `${label}: ${failure?.message ?? 'not measured'}` };
  const ratio = result.ratio === undefined ? '' : `, ${result.ratio.p50.toFixed(3)}× the whole model`;
  return { type: 'measured', message: `${label}: p50 ${ms(result.subject.p50Ms)}${ratio}` };
}

/** What changed from one state to the next, in sentences. */
export function eventsBetween(before: PlanState, after: PlanState, blocks: readonly Block[]): readonly Told[] {
  const events: Told[] = [];
  if (before.phase === 'scoring' && after.phase === 'measuring') {
    events.push({ type: 'scored', message: `${after.importances.length} blocks may go` });
  }
  const rounds = 'rounds' in after ? (after.rounds ?? []) : [];
  const known = 'rounds' in before ? (before.rounds ?? []) : [];
  for (const round of rounds.slice(known.length)) {
    const expected = round.predicted[0];
    const prediction = expected === undefined ? '' : `, expected at ${ms(expected.p50Ms)} of ${ms(expected.limitMs)}`;
    events.push({ type: 'solved', message: `Removing ${namesOf(round.removed, blocks)}${prediction}` });
  }
  const verdict = rounds.at(-1)?.verdicts[0];
  if (verdict !== undefined && verdict !== known[rounds.length - 1]?.verdicts[0]) {
    const { measured, limitMs, met } = verdict;
    events.push({
      type: 'round',
      message: `${met ? 'Within' : 'Not within'} the budget: ${ms(measured.p50Ms)}, at most ${ms(measured.ci[1])} of ${ms(limitMs)}`,
    });
  }
  const ending = endingOf(after, blocks);
  if (ending !== null && before.phase !== after.phase) events.push({ type: 'finished', message: ending });
  return events;
}

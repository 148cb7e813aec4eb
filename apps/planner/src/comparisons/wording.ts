import type { Comparison } from '@espalier/contracts';

type Ended = Pick<Comparison, 'status' | 'budget' | 'base' | 'points' | 'layers' | 'filters' | 'failure'>;

/** A latency with three significant digits. */
const ms = (value: number): string => `${Number(value.toPrecision(3))} ms`;
const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** The answer of a comparison, in a sentence; null while it goes on. */
export function answerOf(ended: Ended, parameters: number): string | null {
  switch (ended.status) {
    case 'finished':
      return `${bestText(ended, parameters)}; ${floorText(ended)}`;
    case 'failed':
      return `Failed: ${ended.failure?.message ?? 'nobody said why'}`;
    case 'cancelled':
      return 'Cancelled';
    default:
      return null;
  }
}

/** Which of the two keeps more at the budget. */
function bestText({ budget, layers, filters }: Ended, parameters: number): string {
  const at = budget.limitMs === null ? 'Within the budget' : `At ≤ ${ms(budget.limitMs)}`;
  const [layered, filtered] = [layers, filters].map(({ best }) =>
    best === null ? null : percent(best.parameters / parameters),
  );
  if (layered && filtered) return `${at} layers keep ${layered} of the parameters, filters ${filtered}`;
  if (layered) return `${at} layers keep ${layered} of the parameters, filters cannot get there`;
  if (filtered) return `${at} filters keep ${filtered} of the parameters, layers cannot get there`;
  return `${at} there is nothing, whether layers or filters are pruned`;
}

/** How far down each gets at all. */
function floorText({ points, layers, filters }: Ended): string {
  const has = (method: 'layers' | 'filters'): boolean => points.some((point) => point.method === method);
  const told = [
    has('layers') && layers.floor !== null ? `layers reach ${ms(layers.floor.p50Ms)} at the lowest` : 'no block can go',
    has('filters') && filters.floor !== null ? `filters ${ms(filters.floor.p50Ms)}` : 'no filter can go',
  ];
  return told.join(', ');
}

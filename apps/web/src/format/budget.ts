import type { Budget, PlanBudget } from '@espalier/contracts';
import { formatMs } from './latency.js';
import { UNIT_SPACE } from './number.js';

type AnyBudget = Budget | PlanBudget;

const ratioOf = (budget: AnyBudget): number | null => ('ratio' in budget ? budget.ratio : null);
const limitOf = (budget: AnyBudget): number | null => ('limitMs' in budget ? budget.limitMs : null);

/** Without trailing zeros and without the noise of binary fractions. */
const shortest = (value: number): string => String(Number(value.toPrecision(4)));

/** A budget in the short form in which people write it: `0.7×` or `p50 ≤ 12.0 ms`. */
export function formatBudget(budget: AnyBudget): string {
  const ratio = ratioOf(budget);
  const limitMs = limitOf(budget);
  if (ratio !== null) return `${budget.statistic} ≤ ${shortest(ratio)}×`;
  return limitMs === null ? budget.statistic : `${budget.statistic} ≤ ${formatMs(limitMs)}`;
}

/** What a budget asks for, as a sentence: `the p50 on x86-cpu is at most 70 % of the base model's`. */
export function describeBudget(budget: AnyBudget): string {
  const ratio = ratioOf(budget);
  const limitMs = limitOf(budget);
  const what = `the ${budget.statistic} on ${budget.target} is at most`;
  if (ratio !== null) return `${what} ${shortest(ratio * 100)}${UNIT_SPACE}% of the base model’s`;
  return limitMs === null ? `${what} its limit` : `${what} ${formatMs(limitMs)}`;
}

import type { Budget } from './plan.js';
import { ContractError } from './parse.js';

const BUDGET_TEXT =
  /^(?:(?<target>[a-z0-9][a-z0-9-]*):)?(?:(?<statistic>p50|p90|p95|p99|mean)=)?(?<amount>\d+(?:\.\d+)?|\.\d+)(?<unit>ms|s|x)$/;

/**
 * Reads a budget as people write it: `0.7x`, `p50=12ms`, `x86-cpu:p50=0.5x`.
 * @param defaultTarget used when the text names no target
 * @throws ContractError with examples, when the text is no budget
 */
export function parseBudget(text: string, defaultTarget: string): Budget {
  const groups = BUDGET_TEXT.exec(text.trim())?.groups;
  const amount = Number(groups?.['amount']);
  if (groups === undefined || !(amount > 0)) {
    throw new ContractError('Budget', [
      { path: `'${text}'`, message: 'is no budget; write 0.7x, p50=12ms or x86-cpu:p50=12ms' },
    ]);
  }
  const target = groups['target'] ?? defaultTarget;
  const statistic = groups['statistic'] ?? 'p50';
  if (statistic !== 'p50') {
    throw new ContractError('Budget', [
      { path: `'${text}'`, message: `limits ${statistic}, but a plan limits the p50; write p50=12ms` },
    ]);
  }
  if (groups['unit'] === 'x') return { target, statistic, ratio: amount };
  return { target, statistic, limitMs: groups['unit'] === 's' ? amount * 1000 : amount };
}

import type { Plan } from '@espalier/contracts';
import { describeBudget, formatBudget } from './budget.js';
import { formatShare } from './number.js';
import { capitalised } from './prose.js';
import { formatRemaining } from './time.js';

/** What a plan is about, as a title: `resnet50 within p50 ≤ 0.7× on x86-cpu`. */
export function planTitle({ budgets }: Pick<Plan, 'budgets'>, modelName: string): string {
  const limits = budgets.map((budget) => `${formatBudget(budget)} on ${budget.target}`);
  return `${modelName} within ${limits.join(' and ')}`;
}

/** A plan in a sentence: what it is to reach, and, once it has ended, how it did. */
export function planSentence({ message, failure, budgets }: Pick<Plan, 'message' | 'failure' | 'budgets'>): string {
  if (message !== null) return message;
  if (failure !== null) return failure.message;
  return `Removes the least important blocks until ${budgets.map(describeBudget).join(' and ')}.`;
}

/** What a running plan does now, and how long it still takes. */
export function describePlanProgress({ progress, status }: Pick<Plan, 'progress' | 'status'>): {
  readonly now: string;
  readonly remaining: string;
} {
  const { done, total, now, remainingSeconds } = progress;
  const count = total === 0 ? '' : `${done} of ${total} measurements`;
  return {
    now: [capitalised(now ?? WORK[status]), count].filter((text) => text !== '').join(' · '),
    remaining: remainingSeconds === null ? '' : formatRemaining(remainingSeconds),
  };
}

const WORK: Readonly<Record<Plan['status'], string>> = {
  scoring: 'Scoring the blocks',
  measuring: 'Measuring the latency table',
  solving: 'Solving for the best set of blocks',
  verifying: 'Verifying the candidate',
  verified: 'Verified',
  infeasible: 'Infeasible',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** Where a browser gets the pruned model of a plan, saved as `NAME-pruned.onnx`. */
export function prunedModelPath(artifact: string, modelName: string): string {
  return `/v1/artifacts/${artifact}?${new URLSearchParams({ name: `${modelName}-pruned` }).toString()}`;
}

/** How far a plan's measurements are, in [0, 1]; null while nobody knows how many it takes. */
export function planShare({ progress: { done, total } }: Pick<Plan, 'progress'>): number | null {
  return total > 0 ? Math.min(1, done / total) : null;
}

/** The latest prediction against the latest measurement: `+1.2 %`; null before both are known. */
export function predictionError({ predicted, measured }: Pick<Plan, 'predicted' | 'measured'>): string | null {
  if (predicted === null || measured === null) return null;
  const error = predicted.p50Ms / measured.p50Ms - 1;
  return `${error > 0 ? '+' : ''}${formatShare(error)}`;
}

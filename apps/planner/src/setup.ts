import type { Block, CreatePlan } from '@espalier/contracts';
import type { PlanSetup } from '@espalier/planner';

/** What the planner is asked, from the request of a plan and the blocks of its model. */
export function setupOf({ budgets, pinned, maxRounds }: CreatePlan, blocks: readonly Block[]): PlanSetup {
  const stay = new Set(pinned);
  return {
    free: blocks.filter(({ index, removable }) => removable && !stay.has(index)).map(({ index }) => index),
    targets: budgets.map((budget) => ({
      target: budget.target,
      limit: 'ratio' in budget ? { ratio: budget.ratio } : { limitMs: budget.limitMs },
    })),
    maxRounds,
  };
}

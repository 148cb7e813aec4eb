import { type CreatePlan, parserOf, CreatePlan as CreatePlanSchema } from '@espalier/contracts';
import type { Command } from 'commander';
import { indexList } from '../options.js';
import { type BudgetOptions, budgetOf, specOf, withBudgetOptions } from './budget-options.js';

/** The options of a plan, as `plan` and `demo` share them. */
export interface PlanOptions extends BudgetOptions {
  readonly keep: readonly number[];
  readonly out: string;
}

/** Adds the options of a plan to a command. */
export function withPlanOptions(
  command: Command,
  { out, ...defaults }: { readonly budget?: string; readonly out: string },
): Command {
  return withBudgetOptions(command, defaults)
    .option('--keep <indices>', 'blocks that must stay, such as 0,1', indexList, [])
    .option('--out <dir>', 'folder for the pruned model and the report', out);
}

const parseCreatePlan = parserOf('The plan', CreatePlanSchema);

/** The request for a plan of the model `modelId`. */
export function createPlanOf(modelId: string, options: PlanOptions): CreatePlan {
  return parseCreatePlan({
    modelId,
    budgets: [budgetOf(options)],
    criterion: options.criterion,
    reduction: options.reduction,
    granularity: options.granularity,
    pinned: [...options.keep],
    spec: specOf(options),
  });
}

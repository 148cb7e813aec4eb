import {
  type CreateComparison,
  CreateComparison as CreateComparisonSchema,
  type Criterion,
  parserOf,
} from '@espalier/contracts';
import { type Command, Option } from 'commander';
import { criterionName } from '../criterion-option.js';
import { wholeNumberBetween } from '../options.js';
import { type BudgetOptions, budgetOf, specOf, withBudgetOptions } from '../plan/budget-options.js';

/** The options of a comparison. */
export interface CompareOptions extends BudgetOptions {
  readonly filterCriterion: Criterion;
  readonly scope: 'uniform' | 'global';
  readonly multipleOf: number;
  readonly points: number;
  readonly out?: string;
}

/** Adds the options of a comparison to a command. */
export function withCompareOptions(command: Command): Command {
  return withBudgetOptions(command)
    .option('--filter-criterion <name>', 'how the importance of filters is judged', criterionName, 'l2')
    .addOption(
      new Option('--scope <scope>', 'the same share of the filters of every layer, or the least important of all')
        .choices(['uniform', 'global'])
        .default('uniform'),
    )
    .option('--multiple-of <n>', 'keep counts of filters a multiple of this', wholeNumberBetween(1, 1024), 1)
    .option('--points <n>', 'points of each curve, from the whole model to its floor', wholeNumberBetween(2, 100), 6)
    .option('--out <dir>', 'folder for the two best candidates, the plot and the report');
}

const parse = parserOf('The comparison', CreateComparisonSchema);

/** The request for a comparison of the model `modelId`. */
export function createComparisonOf(modelId: string, options: CompareOptions): CreateComparison {
  return parse({
    modelId,
    budget: budgetOf(options),
    criterion: options.criterion,
    filterCriterion: options.filterCriterion,
    reduction: options.reduction,
    granularity: options.granularity,
    scope: options.scope,
    multipleOf: options.multipleOf,
    points: options.points,
    spec: specOf(options),
  });
}

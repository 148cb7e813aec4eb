import {
  type Budget,
  builtInTargets,
  type Criterion,
  type CreatePlan,
  type Granularity,
  type PartialMeasurementSpec,
  parseBudget,
  parserOf,
  CreatePlan as CreatePlanSchema,
  type Reduction,
} from '@espalier/contracts';
import { type Command, Option } from 'commander';
import { criterionName } from '../criterion-option.js';
import { indexList, inputShape, numberBetween, wholeNumber } from '../options.js';

/** The options of a plan, as `plan` and `demo` share them. */
export interface PlanOptions {
  readonly budget: string;
  readonly target: string;
  readonly criterion: Criterion;
  readonly reduction: Reduction;
  readonly granularity: Granularity;
  readonly keep: readonly number[];
  readonly threads: number;
  readonly batch: number;
  readonly precision: number;
  readonly input?: Readonly<Record<string, number[]>>;
  readonly out: string;
  readonly json?: true;
}

/** The target that is the CPU of this machine. */
export function localCpuTarget(architecture: string = process.arch): string {
  const own = builtInTargets.find((target) => target.provider === 'cpu' && target.architecture === architecture);
  return own?.name ?? 'x86-cpu';
}

/** Adds the options of a plan to a command. */
export function withPlanOptions(
  command: Command,
  defaults: { readonly budget?: string; readonly out: string },
): Command {
  const budget = new Option('--budget <budget>', 'such as 0.7x, p50=12ms or x86-cpu:p50=12ms');
  return command
    .addOption(defaults.budget === undefined ? budget.makeOptionMandatory() : budget.default(defaults.budget))
    .option('--target <name>', 'target of a budget that names none', localCpuTarget())
    .option(
      '--criterion <name>',
      'how importance is judged: one of `espalier criteria`, or of posted scores',
      criterionName,
      'l2',
    )
    .addOption(new Option('--reduction <name>', 'from filters to a block').choices(['all', 'paper']).default('all'))
    .addOption(new Option('--granularity <size>', 'how fine a block is').choices(['block', 'layer']).default('block'))
    .option('--keep <indices>', 'blocks that must stay, such as 0,1', indexList, [])
    .option('--threads <n>', 'intra-op threads; 0: as onnxruntime decides', wholeNumber(0), 1)
    .option('--batch <n>', 'samples per run', wholeNumber(1), 1)
    .option(
      '--precision <share>',
      'relative half-width of the 95 % interval of the verification',
      numberBetween(0.0005, 0.5),
      0.01,
    )
    .option('--input <name=shape>', 'concrete shape of a dynamic input, such as image=1x3x224x224', inputShape)
    .option('--out <dir>', 'folder for the pruned model and the report', defaults.out)
    .option('--json', 'print the report alone, as JSON');
}

const parseCreatePlan = parserOf('The plan', CreatePlanSchema);

/** The budget of the options, with its target. */
export function budgetOf({ budget, target }: PlanOptions): Budget {
  return parseBudget(budget, target);
}

/** The request for a plan of the model `modelId`. */
export function createPlanOf(modelId: string, options: PlanOptions): CreatePlan {
  const spec: PartialMeasurementSpec = {
    threads: options.threads,
    batch: options.batch,
    precision: options.precision,
    ...(options.input === undefined ? {} : { inputShapes: { ...options.input } }),
  };
  return parseCreatePlan({
    modelId,
    budgets: [budgetOf(options)],
    criterion: options.criterion,
    reduction: options.reduction,
    granularity: options.granularity,
    pinned: [...options.keep],
    spec,
  });
}

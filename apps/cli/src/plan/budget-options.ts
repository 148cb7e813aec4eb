import {
  type Budget,
  builtInTargets,
  type Criterion,
  type Granularity,
  type PartialMeasurementSpec,
  parseBudget,
  type Reduction,
} from '@espalier/contracts';
import { type Command, Option } from 'commander';
import { criterionName } from '../criterion-option.js';
import { inputShape, numberBetween, wholeNumber } from '../options.js';

/** What everything that prunes to a budget is told: the budget, how blocks are judged, and how candidates are measured. */
export interface BudgetOptions {
  readonly budget: string;
  readonly target: string;
  readonly criterion: Criterion;
  readonly reduction: Reduction;
  readonly granularity: Granularity;
  readonly threads: number;
  readonly batch: number;
  readonly precision: number;
  readonly input?: Readonly<Record<string, number[]>>;
  readonly json?: true;
}

/** The target that is the CPU of this machine. */
export function localCpuTarget(architecture: string = process.arch): string {
  const own = builtInTargets.find((target) => target.provider === 'cpu' && target.architecture === architecture);
  return own?.name ?? 'x86-cpu';
}

/** Adds these options to a command. @param budget the default; undefined: one has to be given */
export function withBudgetOptions(command: Command, { budget }: { readonly budget?: string } = {}): Command {
  const option = new Option('--budget <budget>', 'such as 0.7x, p50=12ms or x86-cpu:p50=12ms');
  return command
    .addOption(budget === undefined ? option.makeOptionMandatory() : option.default(budget))
    .option('--target <name>', 'target of a budget that names none', localCpuTarget())
    .option(
      '--criterion <name>',
      'how the importance of blocks is judged: one of `espalier criteria`, or of posted scores',
      criterionName,
      'l2',
    )
    .addOption(new Option('--reduction <name>', 'from filters to a block').choices(['all', 'paper']).default('all'))
    .addOption(new Option('--granularity <size>', 'how fine a block is').choices(['block', 'layer']).default('block'))
    .option('--threads <n>', 'intra-op threads; 0: as onnxruntime decides', wholeNumber(0), 1)
    .option('--batch <n>', 'samples per run', wholeNumber(1), 1)
    .option(
      '--precision <share>',
      'relative half-width of the 95 % interval of a measured candidate',
      numberBetween(0.0005, 0.5),
      0.01,
    )
    .option('--input <name=shape>', 'concrete shape of a dynamic input, such as image=1x3x224x224', inputShape)
    .option('--json', 'print the report alone, as JSON');
}

/** The budget of the options, with its target. @throws ContractError with examples, when it is none */
export function budgetOf({ budget, target }: Pick<BudgetOptions, 'budget' | 'target'>): Budget {
  return parseBudget(budget, target);
}

/** How candidates are measured. */
export function specOf({ threads, batch, precision, input }: BudgetOptions): PartialMeasurementSpec {
  return { threads, batch, precision, ...(input === undefined ? {} : { inputShapes: { ...input } }) };
}

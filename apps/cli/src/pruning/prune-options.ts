import type { Granularity } from '@espalier/contracts';
import { type FilterCriterion, type FilterScope, filterCriteria } from '@espalier/pruning';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { indexList, inputShape, numberBetween, oneOf, wholeNumber, wholeNumberBetween } from '../options.js';

/** The options of `prune`. */
export interface PruneOptions {
  readonly remove: readonly number[];
  readonly filters?: number;
  readonly rates?: Readonly<Record<string, number>>;
  readonly filterCriterion: FilterCriterion;
  readonly scope: FilterScope;
  readonly multipleOf: number;
  readonly minFilters: number;
  readonly lambda: number;
  readonly seed: number;
  readonly output: string;
  readonly granularity: Granularity;
  readonly input?: Readonly<Record<string, number[]>>;
  readonly json?: true;
}

/** Collects `--rates conv1=0.3,layer1.0=0.5`: names may have anything but a comma in them. */
export function groupRates(
  text: string,
  previous: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const rates = { ...previous };
  for (const part of text.split(',')) {
    const at = part.lastIndexOf('=');
    const rate = Number(part.slice(at + 1));
    if (at < 1 || part.slice(at + 1).trim() === '' || !(rate >= 0 && rate <= 1)) {
      throw new InvalidArgumentError(
        'Give filter groups and their rates from 0 to 1, such as conv1=0.3,layer2.0.conv1=0.5.',
      );
    }
    rates[part.slice(0, at).trim()] = rate;
  }
  return rates;
}

/** Adds them to a command. */
export function withPruneOptions(command: Command): Command {
  return command
    .requiredOption('-o, --output <file>', 'where to write the pruned model')
    .option('--remove <indices>', 'blocks to remove, such as 3,5 or 3-6', indexList, [])
    .addOption(new Option('--granularity <size>', 'how fine a block is').choices(['block', 'layer']).default('block'))
    .option('--input <name=shape>', 'concrete shape of a dynamic input, such as image=1x3x224x224', inputShape)
    .option(
      '--seed <n>',
      'of weights that have to be made anew, and of what criteria leave to chance',
      wholeNumber(0),
      1,
    )
    .option('--json', 'print JSON')
    .optionsGroup('Filters:')
    .option('--filters <rate>', 'share of the filters that goes, from 0 to 1', numberBetween(0, 1))
    .option(
      '--rates <group=rate>',
      'rates of single groups, such as conv1=0.3,layer2.0.conv1=0; these go first',
      groupRates,
    )
    .option(
      '--filter-criterion <name>',
      'how the importance of filters is judged; `espalier criteria --of filters` says how',
      oneOf(filterCriteria.map(({ name }) => name)),
      'l2',
    )
    .addOption(
      new Option('--scope <scope>', 'the same share of every group, or the least important of all')
        .choices(['uniform', 'global'])
        .default('uniform'),
    )
    .option('--multiple-of <n>', 'keep counts a multiple of this', wholeNumberBetween(1, 1024), 1)
    .option('--min-filters <n>', 'that every group keeps', wholeNumberBetween(1, 65_536), 1)
    .option('--lambda <x>', 'of clr-rnf: how much the cost of a layer counts', numberBetween(0, 100), 1);
}

import { DataCriterion, type Granularity, parserOf, type Reduction, ScoringSpec } from '@espalier/contracts';
import { type Command, Option } from 'commander';
import { criterionName } from '../criterion-option.js';
import { inputShape, numberBetween, wholeNumber, wholeNumberBetween } from '../options.js';

/** The options of `score`. Those of calibration data are undefined where they were not given. */
export interface ScoreOptions {
  readonly criterion: string;
  readonly reduction: Reduction;
  readonly granularity: Granularity;
  readonly seed: number;
  readonly input?: Readonly<Record<string, number[]>>;
  readonly data?: string;
  readonly samples?: number;
  readonly batch?: number;
  readonly probes?: number;
  readonly prototypeShare?: number;
  readonly embedding?: number;
  readonly filterCriterion?: string;
  readonly threshold?: number;
  readonly threads: number;
  readonly list?: true;
  readonly json?: true;
}

/** Adds them to a command. */
export function withScoreOptions(command: Command): Command {
  return command
    .option('--criterion <name>', 'how importance is judged; `--list` shows all', criterionName, 'l2')
    .addOption(new Option('--reduction <name>', 'from filters to a block').choices(['all', 'paper']).default('all'))
    .addOption(new Option('--granularity <size>', 'how fine a block is').choices(['block', 'layer']).default('block'))
    .option('--seed <n>', 'seed of everything that is drawn', wholeNumberBetween(0, 2_147_483_647), 1)
    .option('--input <name=shape>', 'concrete shape of a dynamic input, such as image=1x3x224x224', inputShape)
    .optionsGroup('On calibration data:')
    .option('--data <file>', '.npz with an array for every input, samples first, and `labels`; see `espalier dataset`')
    .option('--samples <n>', 'samples to use, drawn by the seed (default: 1024)', wholeNumber(2))
    .option('--batch <n>', 'mini-batch; Taylor scores depend on it (default: 128)', wholeNumberBetween(1, 65_536))
    .option(
      '--probes <n>',
      'random directions per mini-batch, of Taylor scores (default: 16)',
      wholeNumberBetween(1, 10_000),
    )
    .option(
      '--prototype-share <share>',
      'of imprinting: samples that make the prototypes (default: 0.5)',
      numberBetween(0.001, 0.999),
    )
    .option(
      '--embedding <n>',
      'of imprinting: length that embeddings are pooled to (default: 512)',
      wholeNumberBetween(1, 65_536),
    )
    .option('--filter-criterion <name>', 'of sensitivity: the order in which filters go (default: l2)', criterionName)
    .option(
      '--threshold <share>',
      'of sensitivity: rise of the loss that a group may cause (default: 0.05)',
      numberBetween(1e-6, 1000),
    )
    .option('--threads <n>', 'intra-op threads; 0: one for each CPU', wholeNumber(0), 0)
    .optionsGroup('What is printed:')
    .option('--list', 'list the criteria instead, with what each needs')
    .option('--json', 'print JSON');
}

const DATA_CRITERIA: readonly string[] = DataCriterion.anyOf.map((choice) => choice.const);

/** Whether a criterion needs runs on calibration data. */
export const needsData = (criterion: string): criterion is DataCriterion => DATA_CRITERIA.includes(criterion);

const parseSpec = parserOf('The scoring', ScoringSpec);

/** How a criterion is computed on data; what was not given takes its default. @param dataset SHA-256 of the data */
export function scoringSpecOf(options: ScoreOptions, dataset: string): ScoringSpec {
  const { criterion, reduction, granularity, seed, samples, batch, probes } = options;
  const { prototypeShare, embedding, filterCriterion, threshold } = options;
  const given = { samples, batch, probes, prototypeShare, embedding, filterCriterion, threshold };
  return parseSpec({
    criterion,
    dataset,
    granularity,
    reduction,
    seed,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  });
}

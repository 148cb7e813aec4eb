import type { Granularity, Reduction } from '@espalier/contracts';
import { scoreBlocks, type WeightCriterion, weightCriteria } from '@espalier/pruning';
import { type Command, Option } from 'commander';
import { analyse } from '../analysis.js';
import type { CommandContext } from '../context.js';
import { withModel } from '../model-source.js';
import { inputShape, wholeNumber } from '../options.js';
import { significant } from '../output/format.js';
import { renderTable } from '../output/table.js';

interface ScoreOptions {
  readonly criterion: WeightCriterion;
  readonly reduction: Reduction;
  readonly granularity: Granularity;
  readonly seed: number;
  readonly input?: Readonly<Record<string, number[]>>;
  readonly json?: true;
}

const CRITERIA: readonly string[] = weightCriteria.map(({ name }) => name);

/** `espalier score`: the importance of every block by one criterion, offline. */
export function scoreCommand(program: Command, context: CommandContext): void {
  program
    .command('score')
    .summary('score the importance of every block')
    .argument('<model>', 'ONNX file, or a model of the zoo')
    .addOption(new Option('--criterion <name>', 'how importance is judged').choices(CRITERIA).default('l2'))
    .addOption(new Option('--reduction <name>', 'from filters to a block').choices(['all', 'paper']).default('all'))
    .addOption(new Option('--granularity <size>', 'how fine a block is').choices(['block', 'layer']).default('block'))
    .option('--seed <n>', 'seed of the criterion random', wholeNumber(0), 1)
    .option('--input <name=shape>', 'concrete shape of a dynamic input, such as image=1x3x224x224', inputShape)
    .option('--json', 'print JSON')
    .action((named: string, options: ScoreOptions) => score(named, options, context));
}

async function score(named: string, options: ScoreOptions, { terminal, signal }: CommandContext): Promise<void> {
  await withModel(named, async (source) => {
    const { blocks } = await analyse(source, options.granularity, {
      signal,
      ...(options.input === undefined ? {} : { inputShapes: options.input }),
    });
    const scores = scoreBlocks(source.model, blocks, options.criterion, {
      reduction: options.reduction,
      seed: options.seed,
    });
    const rows = scores.flatMap(({ index, importance }) => {
      const block = blocks[index];
      return block === undefined ? [] : [{ index, name: block.name, removable: block.removable, importance }];
    });
    terminal.out(
      options.json
        ? JSON.stringify(
            {
              criterion: options.criterion,
              reduction: options.reduction,
              granularity: options.granularity,
              scores: rows,
            },
            undefined,
            2,
          )
        : renderTable(
            [
              { heading: '#', align: 'right' },
              { heading: 'block' },
              { heading: options.criterion, align: 'right' },
              { heading: 'removable' },
            ],
            rows.map((row) => [
              String(row.index),
              row.name,
              row.importance === null ? 'does not apply' : significant(row.importance),
              row.removable ? 'yes' : 'no',
            ]),
          ),
    );
  });
}

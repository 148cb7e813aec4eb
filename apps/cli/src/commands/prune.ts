import type { Granularity } from '@espalier/contracts';
import { writeModelFile } from '@espalier/onnx';
import { removeBlocks, summarise } from '@espalier/pruning';
import { type Command, Option } from 'commander';
import { analyse } from '../analysis.js';
import type { CommandContext } from '../context.js';
import { CliError } from '../errors.js';
import { sha256Of, withModel } from '../model-source.js';
import { indexList, inputShape } from '../options.js';
import { formatCount } from '../output/format.js';

interface PruneOptions {
  readonly remove: readonly number[];
  readonly output: string;
  readonly granularity: Granularity;
  readonly input?: Readonly<Record<string, number[]>>;
  readonly json?: true;
}

/** `espalier prune`: a model without some of its blocks, offline. */
export function pruneCommand(program: Command, context: CommandContext): void {
  program
    .command('prune')
    .summary('write a model without some of its blocks')
    .argument('<model>', 'ONNX file, or a model of the zoo')
    .requiredOption('--remove <indices>', 'blocks to remove, such as 3,5 or 3-6', indexList)
    .requiredOption('-o, --output <file>', 'where to write the pruned model')
    .addOption(new Option('--granularity <size>', 'how fine a block is').choices(['block', 'layer']).default('block'))
    .option('--input <name=shape>', 'concrete shape of a dynamic input, such as image=1x3x224x224', inputShape)
    .option('--json', 'print JSON')
    .action((named: string, options: PruneOptions) => prune(named, options, context));
}

async function prune(named: string, options: PruneOptions, { terminal, signal }: CommandContext): Promise<void> {
  await withModel(named, async (source) => {
    const { shapes, blocks, summary } = await analyse(source, options.granularity, {
      signal,
      ...(options.input === undefined ? {} : { inputShapes: options.input }),
    });
    const { model } = removeBlocks(source.model, shapes, {
      granularity: options.granularity,
      remove: options.remove,
      baseSha256: await sha256Of(source.path),
    });
    const written = await writeModelFile(model, options.output).catch((cause: unknown) => {
      throw new CliError('output-not-writable', `cannot write ${options.output}: ${String(cause)}`, { cause });
    });
    const after = summarise(model, shapes);
    const removed = blocks.filter(({ index }) => options.remove.includes(index));
    terminal.out(
      options.json
        ? JSON.stringify(
            {
              output: options.output,
              ...written,
              ...after,
              removed: removed.map(({ index, name }) => ({ index, name })),
            },
            undefined,
            2,
          )
        : [
            `removed ${removed.length === 0 ? 'nothing' : removed.map(({ index, name }) => `${index} ${name}`).join(', ')}`,
            `${formatCount(summary.parameters)} → ${formatCount(after.parameters)} parameters, ${formatCount(summary.macs)} → ${formatCount(after.macs)} MACs`,
            `wrote ${options.output} (${formatCount(written.sizeBytes)}B, sha256 ${written.sha256})`,
          ].join('\n'),
    );
  });
}

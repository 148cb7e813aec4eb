import { writeModelFile } from '@espalier/onnx';
import { buildZooModel, zooModels } from '@espalier/zoo';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { wholeNumber } from '../options.js';
import { formatCount, formatShape } from '../output/format.js';
import { renderTable } from '../output/table.js';

interface ZooOptions {
  readonly output?: string;
  readonly seed: number;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  espalier zoo
  espalier zoo vgg19_bn_cifar -o vgg.onnx`;

/** `espalier zoo`: the reference architectures, as a list or as a file. */
export function zooCommand(program: Command, context: CommandContext): void {
  program
    .command('zoo')
    .summary('list the reference architectures, or write one as an ONNX file')
    .argument('[name]', 'architecture to write')
    .option('-o, --output <file>', 'where to write it (default: NAME.onnx)')
    .option('--seed <n>', 'seed of the weights', wholeNumber(0), 1)
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action((name: string | undefined, options: ZooOptions) =>
      name === undefined ? list(options, context) : write(name, options, context),
    );
}

function list(options: ZooOptions, { terminal }: CommandContext): void {
  terminal.out(
    options.json
      ? JSON.stringify(zooModels, undefined, 2)
      : renderTable(
          [
            { heading: 'name' },
            { heading: 'parameters', align: 'right' },
            { heading: 'MACs', align: 'right' },
            { heading: 'input' },
            { heading: 'what it is' },
          ],
          zooModels.map((entry) => [
            entry.name,
            formatCount(entry.publishedParameters),
            formatCount(entry.publishedMacs),
            formatShape(entry.inputShape),
            entry.description,
          ]),
        ),
  );
}

async function write(name: string, options: ZooOptions, { terminal }: CommandContext): Promise<void> {
  const output = options.output ?? `${name}.onnx`;
  const written = await writeModelFile(buildZooModel(name, { seed: options.seed }), output);
  terminal.out(
    options.json
      ? JSON.stringify({ name, output, ...written }, undefined, 2)
      : `wrote ${output} (${formatCount(written.sizeBytes)}B, sha256 ${written.sha256})`,
  );
}

import type { Granularity } from '@espalier/contracts';
import type { ValueInfo } from '@espalier/onnx';
import { type Block, findFilterGroups } from '@espalier/pruning';
import { type Command, Option } from 'commander';
import { type Analysis, analyse } from '../analysis.js';
import type { CommandContext } from '../context.js';
import { sha256Of, withModel } from '../model-source.js';
import { inputShape } from '../options.js';
import { type FilterGroupFacts, filterGroupFacts, filterGroupsText } from '../output/filter-groups-text.js';
import { formatCount, formatPercent, formatShape } from '../output/format.js';
import { renderTable } from '../output/table.js';
import { styled } from '../output/terminal.js';

interface InspectOptions {
  readonly granularity: Granularity;
  readonly input?: Readonly<Record<string, number[]>>;
  readonly filters?: true;
  readonly json?: true;
}

/** What `inspect --json` prints. */
interface Inspection {
  readonly model: {
    readonly sha256: string;
    readonly parameters: number;
    readonly macs: number;
    readonly opset: number;
    readonly inputs: readonly ValueInfo[];
    readonly outputs: readonly ValueInfo[];
  };
  readonly blocks: readonly Block[];
  readonly filterGroups?: readonly FilterGroupFacts[];
}

const EXAMPLES = `
Examples:
  espalier inspect resnet50
  espalier inspect net.onnx --granularity layer
  espalier inspect net.onnx --filters`;

/** `espalier inspect`: the blocks and the filter groups of a model. */
export function inspectCommand(program: Command, context: CommandContext): void {
  program
    .command('inspect')
    .summary('show the blocks of a model and which of them can be removed')
    .argument('<model>', 'ONNX file, or a model of the zoo')
    .addOption(new Option('--granularity <size>', 'how fine a block is').choices(['block', 'layer']).default('block'))
    .option('--input <name=shape>', 'concrete shape of a dynamic input, such as image=1x3x224x224', inputShape)
    .option('--filters', 'show the filter groups too: channels that can only go together')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action((named: string, options: InspectOptions) => inspect(named, options, context));
}

async function inspect(named: string, options: InspectOptions, { terminal, signal }: CommandContext): Promise<void> {
  await withModel(named, async (source) => {
    const analysis = await analyse(source, options.granularity, {
      signal,
      ...(options.input === undefined ? {} : { inputShapes: options.input }),
    });
    const { graph, opset } = source.model;
    const groups = options.filters ? findFilterGroups(source.model, analysis.shapes) : undefined;
    const inspection: Inspection = {
      model: {
        sha256: await sha256Of(source.path),
        ...analysis.summary,
        opset,
        inputs: graph.inputs,
        outputs: graph.outputs,
      },
      blocks: analysis.blocks,
      ...(groups === undefined ? {} : { filterGroups: filterGroupFacts(groups) }),
    };
    terminal.out(
      options.json
        ? JSON.stringify(inspection, undefined, 2)
        : [
            inspectionText(source.name, inspection, analysis),
            ...(groups === undefined ? [] : ['', filterGroupsText(groups)]),
          ].join('\n'),
    );
  });
}

const ends = (infos: readonly ValueInfo[]): string =>
  infos
    .map((info) => `${info.name} ${info.elementType} ${info.dims === undefined ? '?' : formatShape(info.dims)}`)
    .join(', ');

function inspectionText(name: string, { model, blocks }: Inspection, { summary }: Analysis): string {
  const removable = blocks.filter((block) => block.removable).length;
  const table = renderTable(
    [
      { heading: '#', align: 'right' },
      { heading: 'block' },
      { heading: 'parameters', align: 'right' },
      { heading: 'MACs', align: 'right' },
      { heading: 'share', align: 'right' },
      { heading: 'output' },
      { heading: 'removable' },
    ],
    blocks.map((block) => [
      String(block.index),
      block.name,
      formatCount(block.parameters),
      formatCount(block.macs),
      summary.macs === 0 ? '' : formatPercent(block.macs / summary.macs),
      formatShape(block.output.shape),
      block.removable ? styled('green', 'yes') : styled('dim', `no: ${block.reason ?? ''}`),
    ]),
  );
  return [
    `${styled('bold', name)}  opset ${model.opset}, ${formatCount(model.parameters)} parameters, ${formatCount(model.macs)} MACs`,
    `in   ${ends(model.inputs)}`,
    `out  ${ends(model.outputs)}`,
    '',
    table,
    '',
    `${blocks.length} blocks, ${removable} removable`,
  ].join('\n');
}

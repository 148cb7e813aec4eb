import { writeModelFile } from '@espalier/onnx';
import {
  chooseFilters,
  type FilterGroup,
  findFilterGroups,
  prune,
  type Reinitialised,
  summarise,
} from '@espalier/pruning';
import type { Command } from 'commander';
import { type Analysis, analyse } from '../analysis.js';
import type { CommandContext } from '../context.js';
import { CliError } from '../errors.js';
import { type ModelSource, sha256Of, withModel } from '../model-source.js';
import { formatCount, formatShape } from '../output/format.js';
import { checkWritable } from '../output/files.js';
import { type PruneOptions, withPruneOptions } from '../pruning/prune-options.js';

const EXAMPLES = `
Examples:
  espalier prune resnet50 --remove 3,5 -o pruned.onnx
  espalier prune net.onnx --filters 0.5 --filter-criterion fpgm --multiple-of 8 -o slim.onnx
  espalier prune net.onnx --filters 0.3 --scope global --rates conv1=0 --remove 4 -o both.onnx`;

/** `espalier prune`: a model without some of its blocks and filters, offline. */
export function pruneCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('prune')
    .summary('write a model without some of its blocks or filters')
    .argument('<model>', 'ONNX file, or a model of the zoo')
    .addHelpText('after', EXAMPLES);
  withPruneOptions(command).action((named: string, options: PruneOptions) => run(named, options, context));
}

/** What `prune --json` prints. */
interface PruneReport {
  readonly output: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly parameters: number;
  readonly macs: number;
  readonly removed: readonly { readonly index: number; readonly name: string }[];
  readonly filters: {
    readonly before: number;
    readonly after: number;
    readonly groups: readonly { readonly name: string; readonly before: number; readonly after: number }[];
  };
  /** Weights that were made anew, and need training. */
  readonly reinitialised: readonly Reinitialised[];
}

async function run(named: string, options: PruneOptions, { terminal, signal }: CommandContext): Promise<void> {
  if (options.remove.length === 0 && options.filters === undefined && options.rates === undefined) {
    throw new CliError('option-invalid', 'there is nothing to prune', {
      hint: 'give blocks with --remove 3,5, a share of the filters with --filters 0.5, or both',
    });
  }
  await checkWritable([options.output]);
  await withModel(named, async (source) => {
    const analysis = await analyse(source, options.granularity, {
      signal,
      ...(options.input === undefined ? {} : { inputShapes: options.input }),
    });
    const report = await pruneTo(source, analysis, options);
    terminal.out(options.json ? JSON.stringify(report, undefined, 2) : pruneText(report, analysis));
  });
}

async function pruneTo(source: ModelSource, { shapes }: Analysis, options: PruneOptions): Promise<PruneReport> {
  const { granularity, remove, output, seed } = options;
  const groups = wantsFilters(options) ? findFilterGroups(source.model, shapes) : [];
  const keep = wantsFilters(options) ? chosenOf(source, shapes, groups, options) : new Map<string, readonly number[]>();
  const pruned = prune(source.model, shapes, {
    granularity,
    remove,
    seed,
    filters: Object.fromEntries(keep),
    baseSha256: await sha256Of(source.path),
  });
  const written = await writeModelFile(pruned.model, output).catch((cause: unknown) => {
    throw new CliError('output-not-writable', `cannot write ${output}: ${String(cause)}`, { cause });
  });
  const cut = groups.flatMap(({ name, filters }) => {
    const after = keep.get(name)?.length;
    return after === undefined ? [] : [{ name, before: filters, after }];
  });
  const before = groups.reduce((sum, { filters }) => sum + filters, 0);
  return {
    output,
    ...written,
    ...summarise(pruned.model, pruned.shapes),
    removed: pruned.removed.map(({ index, name }) => ({ index, name })),
    filters: {
      before,
      after: cut.reduce((sum, group) => sum - (group.before - group.after), before),
      groups: cut,
    },
    reinitialised: pruned.reinitialised,
  };
}

const wantsFilters = ({ filters, rates }: PruneOptions): boolean => filters !== undefined || rates !== undefined;

/** With rates of single groups alone, all others stay whole. */
function chosenOf(
  { model }: ModelSource,
  shapes: Analysis['shapes'],
  groups: readonly FilterGroup[],
  { filters, rates, filterCriterion, scope, multipleOf, minFilters, lambda, seed }: PruneOptions,
): ReadonlyMap<string, readonly number[]> {
  return chooseFilters(model, shapes, groups, {
    criterion: filterCriterion,
    rate: filters ?? 0,
    ...(rates === undefined ? {} : { rates }),
    scope,
    multipleOf,
    minFilters,
    lambda,
    seed,
  });
}

function pruneText(report: PruneReport, { summary }: Analysis): string {
  const { removed, filters, reinitialised, output, sizeBytes, sha256 } = report;
  const { groups } = filters;
  return [
    ...(removed.length === 0 ? [] : [`removed ${removed.map(({ index, name }) => `${index} ${name}`).join(', ')}`]),
    ...(groups.length === 0
      ? []
      : [`removed ${filters.before - filters.after} of ${filters.before} filters, from ${groups.length} groups`]),
    ...(removed.length === 0 && groups.length === 0 ? ['removed nothing'] : []),
    ...reinitialised.map(
      ({ tensor, node, from, to }) =>
        `made anew ${tensor} of ${node}: ${formatShape(from)} → ${formatShape(to)}; train it`,
    ),
    `${formatCount(summary.parameters)} → ${formatCount(report.parameters)} parameters, ${formatCount(summary.macs)} → ${formatCount(report.macs)} MACs`,
    `wrote ${output} (${formatCount(sizeBytes)}B, sha256 ${sha256})`,
  ].join('\n');
}

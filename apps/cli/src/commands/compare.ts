import type { Command } from 'commander';
import type { CompareFolder, CompareReport } from '../compare/report.js';
import { prepareCompareFolder } from '../compare/report.js';
import { compareText } from '../compare/compare-text.js';
import { type CompareOptions, withCompareOptions } from '../compare/request.js';
import type { CommandContext } from '../context.js';
import { CliError } from '../errors.js';
import { budgetOf } from '../plan/budget-options.js';
import { withEphemeralService } from '../service/ephemeral.js';

const EXAMPLES = `
Examples:
  espalier compare resnet50 --budget 0.7x --out compared
  espalier compare net.onnx --budget p50=12ms --filter-criterion fpgm --multiple-of 8
  espalier compare net.onnx --budget cuda:0.5x --server http://127.0.0.1:8080 --json`;

/** `espalier compare`: prune whole layers or filters? The best of both at the same measured latency, and how far each gets. */
export function compareCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('compare')
    .summary('prune layers or filters? the best of both at the same measured latency')
    .argument('<model>', 'ONNX file, or a model of the zoo')
    .option('--server <url>', 'API of a running service (default: a service of its own, for this comparison alone)')
    .addHelpText('after', EXAMPLES);
  withCompareOptions(command).action((named: string, options: CompareOptions & { server?: string }) =>
    compare(named, options, context),
  );
}

async function compare(
  named: string,
  options: CompareOptions & { readonly server?: string },
  context: CommandContext,
): Promise<void> {
  const startedAt = Date.now();
  const { target } = budgetOf(options);
  const folder = options.out === undefined ? undefined : await prepareCompareFolder(options.out);
  const on = (apiUrl: string, signal: AbortSignal): Promise<CompareReport> =>
    compareOn(apiUrl, named, options, { ...context, signal }, folder, startedAt);
  const report =
    options.server === undefined
      ? await withEphemeralService({ targets: [target] }, context, ({ apiUrl }, signal) => on(apiUrl, signal))
      : await on(options.server, context.signal);
  conclude(report, options, context);
}

/** Compares on the service at a URL. What talks to it is loaded here, so that other commands start without it. */
async function compareOn(
  baseUrl: string,
  named: string,
  options: CompareOptions,
  context: CommandContext,
  folder: CompareFolder | undefined,
  startedAt: number,
): Promise<CompareReport> {
  const { createClient } = await import('@espalier/client');
  const { runCompare } = await import('../compare/run-compare.js');
  return runCompare(createClient({ baseUrl }), named, options, folder, startedAt, context);
}

function conclude(report: CompareReport, { json }: CompareOptions, { terminal }: CommandContext): void {
  terminal.out(json ? JSON.stringify(report, undefined, 2) : compareText(report));
  const { status, message, layers, filters } = report.comparison;
  if (status === 'cancelled') throw new CliError('interrupted', 'the comparison was cancelled');
  if (status !== 'finished') throw new CliError('comparison-failed', message ?? `the comparison ended ${status}`);
  if (layers.best === null && filters.best === null) {
    throw new CliError('budget-not-met', 'neither layers nor filters can be pruned to the budget', {
      hint: 'loosen the budget, or try --granularity layer',
    });
  }
}

import { join } from 'node:path';
import type { PlanReport } from '@espalier/contracts';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { CliError } from '../errors.js';
import { planText } from '../plan/plan-text.js';
import { type OutputFolder, prepareOutput } from '../plan/report.js';
import { budgetOf } from '../plan/budget-options.js';
import { type PlanOptions, withPlanOptions } from '../plan/request.js';
import { withEphemeralService } from '../service/ephemeral.js';

const EXAMPLES = `
Examples:
  espalier plan resnet50 --budget 0.7x
  espalier plan net.onnx --budget p50=12ms --criterion bn-scale --keep 0,1 --out pruned
  espalier plan net.onnx --budget cuda:0.5x --server http://127.0.0.1:8080 --json`;

/** `espalier plan`: which blocks to remove so that a model fits a budget, measured by a service. */
export function planCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('plan')
    .summary('prune a model until it fits a latency budget, verified by measurement')
    .argument('<model>', 'ONNX file, or a model of the zoo')
    .option('--server <url>', 'API of a running service (default: a service of its own, for this plan alone)')
    .addHelpText('after', EXAMPLES);
  withPlanOptions(command, { out: 'espalier-plan' }).action(
    (named: string, options: PlanOptions & { server?: string }) =>
      options.server === undefined
        ? planHere(named, options, context)
        : planAt(options.server, named, options, context),
  );
}

/** `espalier demo`: the same for ResNet-50 and 70 % of its latency, on a service that is started for it. */
export function demoCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('demo')
    .summary('the whole path on this machine: start the service, prune ResNet-50 to 70 % of its latency, verify')
    .option('--model <model>', 'ONNX file, or a model of the zoo', 'resnet50');
  withPlanOptions(command, { budget: '0.7x', out: 'espalier-demo' }).action(
    (options: PlanOptions & { model: string }) => planHere(options.model, options, context),
  );
}

/** Runs a plan on the service at a URL. What talks to it is loaded here, so that other commands start without it. */
async function planOn(
  baseUrl: string,
  named: string,
  options: PlanOptions,
  context: CommandContext,
  output: OutputFolder,
  startedAt: number,
): Promise<PlanReport> {
  const { createClient } = await import('@espalier/client');
  const { runPlan } = await import('../plan/run-plan.js');
  return runPlan(createClient({ baseUrl }), named, options, output, startedAt, context);
}

async function planHere(named: string, options: PlanOptions, context: CommandContext): Promise<void> {
  const startedAt = Date.now();
  const { target } = budgetOf(options);
  const output = await prepareOutput(options.out);
  const report = await withEphemeralService({ targets: [target] }, context, ({ apiUrl }, signal) =>
    planOn(apiUrl, named, options, { ...context, signal }, output, startedAt),
  );
  conclude(report, options, context);
}

async function planAt(server: string, named: string, options: PlanOptions, context: CommandContext): Promise<void> {
  const startedAt = Date.now();
  budgetOf(options);
  const output = await prepareOutput(options.out);
  conclude(await planOn(server, named, options, context, output, startedAt), options, context);
}

function conclude(report: PlanReport, { json, out }: PlanOptions, { terminal }: CommandContext): void {
  terminal.out(json ? JSON.stringify(report, undefined, 2) : planText(report));
  const { status, message } = report.plan;
  if (status !== 'verified') {
    throw new CliError(status === 'cancelled' ? 'interrupted' : 'plan-not-met', message ?? `the plan ended ${status}`, {
      hint:
        status === 'infeasible' ? 'loosen the budget, or try --granularity layer' : `see ${join(out, 'report.json')}`,
    });
  }
}

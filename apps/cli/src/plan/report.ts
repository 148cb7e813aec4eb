import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Plan, PlanReport } from '@espalier/contracts';
import { CliError } from '../errors.js';

/** Where the files of a plan go. */
export interface OutputFolder {
  readonly base: string;
  readonly pruned: string;
  readonly report: string;
}

/**
 * Makes the folder before any work is done, so that a path that cannot be written costs no measuring.
 * @throws CliError `output-not-writable`
 */
export async function prepareOutput(folder: string): Promise<OutputFolder> {
  const paths = {
    base: join(folder, 'base.onnx'),
    pruned: join(folder, 'pruned.onnx'),
    report: join(folder, 'report.json'),
  };
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(paths.report, '');
  } catch (cause) {
    throw new CliError('output-not-writable', `cannot write into ${folder}: ${String(cause)}`, {
      cause,
      hint: 'choose another folder with --out',
    });
  }
  return paths;
}

/** Copies the base model beside the pruned one. */
export async function keepBase(source: string, { base }: OutputFolder): Promise<void> {
  if (resolve(source) !== resolve(base)) await copyFile(source, base);
}

/** The report of a plan that has ended. */
export function reportOf(plan: Plan, output: OutputFolder, wallSeconds: number): PlanReport {
  return {
    plan: {
      id: plan.id,
      status: plan.status,
      criterion: plan.criterion,
      granularity: plan.granularity,
      budgets: plan.budgets,
      removed: plan.removed ?? [],
      predicted: plan.predicted,
      measured: plan.measured,
      base: plan.base,
      lowestReachableMs: plan.lowestReachableMs,
      message: plan.message,
    },
    latencyTable: plan.latencyTable,
    files: { base: output.base, pruned: plan.artifact === null ? null : output.pruned, report: output.report },
    wallSeconds,
  };
}

/** Writes the report as JSON. */
export async function writeReport(report: PlanReport, { report: path }: OutputFolder): Promise<void> {
  await writeFile(path, `${JSON.stringify(report, undefined, 2)}\n`);
}

import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { CliError } from '../errors.js';
import { withModels } from '../measuring/named-models.js';
import type { Outcome } from '../measuring/outcome.js';
import { combinationText, runMeasurements } from '../measuring/run-measurements.js';
import {
  type PrecisionOptions,
  type SamplingOptions,
  type SessionOptions,
  specsOf,
  withPrecisionOptions,
  withSamplingOptions,
  withSessionOptions,
} from '../measuring/spec-options.js';
import { outcomeChart } from '../output/charts/outcome-chart.js';
import { renderSvg } from '../output/charts/render-svg.js';
import { comparisonText } from '../output/comparison-text.js';
import { checkWritable, writeText } from '../output/files.js';
import { latencyCsv } from '../output/latency-csv.js';
import { measurementText } from '../output/measurement-text.js';
import { sweepText } from '../output/sweep-text.js';

interface MeasureOptions extends SessionOptions, SamplingOptions, PrecisionOptions {
  readonly control?: string;
  readonly format: 'text' | 'json' | 'csv';
  readonly json?: true;
  readonly csv?: string;
  readonly svg?: string;
}

const EXAMPLES = `
Examples:
  espalier measure resnet50.onnx                       one model
  espalier measure pruned.onnx --control base.onnx     and how it stands to another
  espalier measure a.onnx b.onnx c.onnx --svg all.svg  several, and which differ
  espalier measure a.onnx --batch 1,2,4 --threads 1,2  all combinations
  espalier measure a.onnx --statistic p99 --pacing rate:20/s,poisson`;

/** `espalier measure`: the latency of models on this machine: alone, beside a control, or several in the same rounds. */
export function measureCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('measure')
    .summary('measure the latency of models on this machine, and which are really different')
    .argument('<models...>', 'ONNX files, or models of the zoo; several are compared in the same rounds')
    .addHelpText('after', EXAMPLES)
    .option('--control <model>', 'measure this one in the same rounds, and print the ratio to it');
  withPrecisionOptions(withSamplingOptions(withSessionOptions(command, { sweeps: true })))
    .optionsGroup('What is printed:')
    .addOption(new Option('--format <format>', 'of the output').choices(['text', 'json', 'csv']).default('text'))
    .option('--json', 'the same as --format json: everything, with every sample')
    .option('--csv <file>', 'write a row a model as CSV to a file')
    .option('--svg <file>', 'draw distribution and time series into a file')
    .action((named: readonly string[], options: MeasureOptions) => run(named, options, context));
}

async function run(named: readonly string[], options: MeasureOptions, context: CommandContext): Promise<void> {
  const { control, csv, svg, inputData } = options;
  if (control !== undefined && named.length > 1) {
    throw new CliError('option-invalid', '--control goes with one model; several are compared with each other anyway', {
      hint: 'name all of them without --control',
    });
  }
  const specs = specsOf(options);
  await checkWritable([csv, svg]);
  const given = control === undefined ? named : [...named, control];
  const { outcomes, failures } = await withModels(given, (models) =>
    runMeasurements({ models, specs, withControl: control !== undefined, inputDataPath: inputData }, context),
  );
  if (csv !== undefined) await writeText(csv, latencyCsv(outcomes));
  if (svg !== undefined) await writeText(svg, await renderSvg(outcomeChart(outcomes)));
  const isSweep = specs.length > 1;
  context.terminal.out(printed(outcomes, options.json ? 'json' : options.format, isSweep));
  const told = failures.map(({ spec, cause }) => `${combinationText(spec)}: ${cause.message} (${cause.code})`);
  if (told.length > 0) {
    throw new CliError('combination-failed', `not all combinations could be measured: ${told.join('; ')}`, {
      ...(failures[0]?.cause.hint === undefined ? {} : { hint: failures[0].cause.hint }),
      cause: failures[0]?.cause,
    });
  }
}

function printed(outcomes: readonly Outcome[], format: MeasureOptions['format'], isSweep: boolean): string {
  switch (format) {
    case 'json':
      return JSON.stringify(asJson(outcomes, isSweep), undefined, 2);
    case 'csv':
      return latencyCsv(outcomes);
    case 'text':
      return asText(outcomes, isSweep);
    default:
      return format satisfies never;
  }
}

function asText(outcomes: readonly Outcome[], isSweep: boolean): string {
  const [only] = outcomes;
  if (only === undefined || isSweep) return sweepText(outcomes);
  return only.kind === 'comparison' ? comparisonText(only) : measurementText(only);
}

/** One result as it is, of a comparison with the names of the models; of a sweep a list of them with what was varied. */
function asJson(outcomes: readonly Outcome[], isSweep: boolean): unknown {
  const [only] = outcomes;
  if (only !== undefined && !isSweep) {
    return only.kind === 'comparison' ? { models: only.names, ...only.result } : only.result;
  }
  return outcomes.map(({ spec: { batch, threads }, names, result }) => ({ batch, threads, models: names, result }));
}

import { type MeasurementResult, type MeasurementSpec, resolveSpec } from '@espalier/contracts';
import { measure } from '@espalier/measure';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { withModel } from '../model-source.js';
import { inputShape, numberBetween, wholeNumber } from '../options.js';
import { startProgress } from '../output/progress.js';
import { measurementText } from '../output/measurement-text.js';

interface MeasureOptions {
  readonly control?: string;
  readonly threads: number;
  readonly batch: number;
  readonly precision: number;
  readonly statistic: MeasurementSpec['statistic'];
  readonly maxSeconds: number;
  readonly provider: string;
  readonly seed: number;
  readonly input?: Readonly<Record<string, number[]>>;
  readonly json?: true;
}

/** `espalier measure`: the latency of a model on this machine, alone or beside a control. */
export function measureCommand(program: Command, context: CommandContext): void {
  program
    .command('measure')
    .summary('measure the latency of a model on this machine')
    .argument('<model>', 'ONNX file, or a model of the zoo')
    .option('--control <model>', 'measure this one interleaved, and print the ratio')
    .option('--threads <n>', 'intra-op threads; 0: as onnxruntime decides', wholeNumber(0), 1)
    .option('--batch <n>', 'samples per run', wholeNumber(1), 1)
    .option(
      '--precision <share>',
      'relative half-width of the 95 % interval to reach',
      numberBetween(0.0005, 0.5),
      0.01,
    )
    .addOption(
      new Option('--statistic <name>', 'what is made precise')
        .choices(['p50', 'p90', 'p95', 'p99', 'mean'])
        .default('p50'),
    )
    .option(
      '--max-seconds <s>',
      'stop after this long even when the precision is not reached',
      numberBetween(0.1, 3600),
      30,
    )
    .option('--provider <name>', 'execution provider of onnxruntime', 'cpu')
    .option('--seed <n>', 'seed of the input data and of the order of the rounds', wholeNumber(0), 1)
    .option('--input <name=shape>', 'concrete shape of a dynamic input, such as image=1x3x224x224', inputShape)
    .option('--json', 'print JSON, with every sample')
    .action((named: string, options: MeasureOptions) => run(named, options, context));
}

async function run(named: string, options: MeasureOptions, context: CommandContext): Promise<void> {
  const { control, input, json, ...numbers } = options;
  const spec = resolveSpec({ ...numbers, inputShapes: input ?? {} });
  const result = await withModel(named, (subject) =>
    control === undefined
      ? measureWithProgress({ subjectPath: subject.path, spec }, context)
      : withModel(control, ({ path }) =>
          measureWithProgress({ subjectPath: subject.path, controlPath: path, spec }, context),
        ),
  );
  context.terminal.out(json ? JSON.stringify(result, undefined, 2) : measurementText(named, control, result));
}

async function measureWithProgress(
  request: { readonly subjectPath: string; readonly controlPath?: string; readonly spec: MeasurementSpec },
  { terminal, signal }: CommandContext,
): Promise<MeasurementResult> {
  const progress = startProgress(terminal);
  try {
    return await measure(request, {
      signal,
      onProgress: ({ phase, runs, relativeHalfWidth, elapsedMs, remainingMs }) =>
        progress.update({
          share: remainingMs === undefined ? 0 : elapsedMs / (elapsedMs + remainingMs),
          stage: phase.replace('-', ' '),
          detail: `${runs} runs${relativeHalfWidth === undefined ? '' : `, ±${(relativeHalfWidth * 100).toFixed(1)} %`}`,
          remainingSeconds: remainingMs === undefined ? undefined : remainingMs / 1000,
        }),
    });
  } finally {
    progress.stop();
  }
}

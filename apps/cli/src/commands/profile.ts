import type { Granularity, ProfileResult } from '@espalier/contracts';
import { profile } from '@espalier/measure';
import { type Command, Option } from 'commander';
import { analyse } from '../analysis.js';
import type { CommandContext } from '../context.js';
import { CliError } from '../errors.js';
import { progressTeller } from '../measuring/run-measurements.js';
import {
  type SamplingOptions,
  type SessionOptions,
  specsOf,
  withSamplingOptions,
  withSessionOptions,
} from '../measuring/spec-options.js';
import { type ModelSource, withModel } from '../model-source.js';
import { wholeNumber } from '../options.js';
import { profileChart } from '../output/charts/profile-chart.js';
import { renderSvg } from '../output/charts/render-svg.js';
import { checkWritable, writeText } from '../output/files.js';
import { profileText } from '../output/profile-text.js';
import { startProgress } from '../output/progress.js';

interface ProfileOptions extends SessionOptions, SamplingOptions {
  readonly granularity: Granularity;
  readonly top: number;
  readonly json?: true;
  readonly svg?: string;
}

/** A profile needs no interval: after this long it tells all it can. */
const DEFAULT_MAX_SECONDS = 20;

const NOTE = `
Times of a profile are shares of a run with the profiler on, which is slower than a plain one (it says by how much). For
latencies use espalier measure.`;

/** `espalier profile`: where the time of a run goes, by block and by kernel. */
export function profileCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('profile')
    .summary('show where the time of a run goes, by block and by kernel')
    .argument('<model>', 'ONNX file, or a model of the zoo')
    .addHelpText('after', NOTE)
    .addOption(new Option('--granularity <size>', 'how fine a block is').choices(['block', 'layer']).default('block'));
  withSamplingOptions(withSessionOptions(command, { sweeps: false }), DEFAULT_MAX_SECONDS)
    .optionsGroup('What is printed:')
    .option('--top <n>', 'list so many of the kernels that take longest', wholeNumber(0), 10)
    .option('--json', 'print JSON, with every kernel')
    .option('--svg <file>', 'draw the shares into a file')
    .action((named: string, options: ProfileOptions) => run(named, options, context));
}

async function run(named: string, options: ProfileOptions, context: CommandContext): Promise<void> {
  const [spec, ...others] = specsOf(options);
  if (others.length > 0) {
    throw new CliError('option-invalid', 'a profile is of one batch and one number of threads', {
      hint: 'call it once for each of them',
    });
  }
  await checkWritable([options.svg]);
  await withModel(named, async (source) => {
    const result = await profileSource(source, options, spec, context);
    if (options.svg !== undefined) await writeText(options.svg, await renderSvg(profileChart(source.name, result)));
    const { terminal } = context;
    terminal.out(options.json ? JSON.stringify(result, undefined, 2) : profileText(source.name, result, options.top));
  });
}

async function profileSource(
  source: ModelSource,
  { granularity, input, inputData }: ProfileOptions,
  spec: ReturnType<typeof specsOf>[0],
  { terminal, signal }: CommandContext,
): Promise<ProfileResult> {
  const progress = startProgress(terminal);
  try {
    progress.update({ share: 0, stage: 'finding blocks' });
    const { blocks } = await analyse(source, granularity, {
      signal,
      ...(input === undefined ? {} : { inputShapes: input }),
    });
    return await profile(
      { modelPath: source.path, inputDataPath: inputData, blocks, spec },
      { signal, onProgress: progressTeller(progress) },
    );
  } finally {
    progress.stop();
  }
}

import { type MeasurementSpec, type Pacing, resolveSpec } from '@espalier/contracts';
import { type Command, Option } from 'commander';
import { CliError } from '../errors.js';
import { inputShape, numberBetween, wholeNumber } from '../options.js';
import { cpuList, pacing, processes, providerOption, wholeNumbers } from './option-values.js';

/** How a session is set up and fed, as the command line gives it. */
export interface SessionOptions {
  readonly batch: readonly number[];
  readonly threads: readonly number[];
  readonly input?: Readonly<Record<string, number[]>>;
  readonly inputData?: string;
  readonly provider: string;
  readonly providerOption?: MeasurementSpec['providerOptions'];
  readonly affinity?: string;
  readonly spinning: boolean;
  readonly optimization: MeasurementSpec['graphOptimization'];
  readonly arena: boolean;
  readonly memoryPattern: boolean;
  readonly executionMode: MeasurementSpec['executionMode'];
  readonly interOpThreads: number;
  readonly seed: number;
}

/** How often and how long, and how precise. */
export interface SamplingOptions {
  readonly minRuns?: number;
  readonly maxRuns: number;
  readonly maxSeconds: number;
}

/** What is made precise, and how runs follow each other. */
export interface PrecisionOptions {
  readonly statistic: MeasurementSpec['statistic'];
  readonly precision: number;
  readonly processes: MeasurementSpec['processes'];
  readonly pacing: Pacing;
  readonly repeatIfUnstable: number;
}

const defaults = resolveSpec();

/** Adds the options that say what is run and on what. */
export function withSessionOptions(command: Command, { sweeps }: { readonly sweeps: boolean }): Command {
  const several = sweeps ? '<n,…>' : '<n>';
  const note = sweeps ? '; several give a table of all combinations' : '';
  return command
    .optionsGroup('What is run:')
    .addOption(
      new Option(`--batch ${several}`, `samples per run${note}`).argParser(wholeNumbers(1, 65_536)).default([1], '1'),
    )
    .option('--input <name=shape>', 'concrete shape of a dynamic input, such as image=1x3x224x224', inputShape)
    .option('--input-data <file>', '.npz (or .npy, for a single input) to feed instead of random data')
    .option('--seed <n>', 'seed of random input data and of the order of the runs', wholeNumber(0), defaults.seed)
    .optionsGroup('On what:')
    .option('--provider <name>', 'execution provider of onnxruntime', defaults.provider)
    .option('--provider-option <key=value>', 'option of the provider, such as deviceId=0', providerOption)
    .addOption(
      new Option(`--threads ${several}`, `intra-op threads; 0: as onnxruntime decides${note}`)
        .argParser(wholeNumbers(0, 1024))
        .default([1], '1'),
    )
    .option('--inter-op-threads <n>', 'threads for nodes that run at once', wholeNumber(0), defaults.interOpThreads)
    .addOption(
      new Option('--execution-mode <mode>', 'nodes one after the other, or at once where they can')
        .choices(['sequential', 'parallel'])
        .default(defaults.executionMode),
    )
    .addOption(
      new Option('--optimization <level>', 'graph optimisations of onnxruntime')
        .choices(['disabled', 'basic', 'extended', 'all'])
        .default(defaults.graphOptimization),
    )
    .option('--affinity <cpus>', 'CPUs that the process may use, such as 0-3,6', cpuList)
    .option('--no-spinning', 'threads that wait for work sleep')
    .option('--no-arena', 'memory goes back to the system between runs')
    .option('--no-memory-pattern', 'memory of a run is not planned ahead');
}

/** Adds the options that limit the runs. */
export function withSamplingOptions(command: Command, maxSeconds = defaults.maxSeconds): Command {
  return command
    .optionsGroup('How long:')
    .option(
      '--min-runs <n>',
      `at least so many (default: ${defaults.minRuns}, or --max-runs if that is less)`,
      wholeNumber(5),
    )
    .option('--max-runs <n>', 'at most so many', wholeNumber(5), defaults.maxRuns)
    .option('--max-seconds <s>', 'stop after this long in any case', numberBetween(0.1, 3600), maxSeconds);
}

/** Adds the options that say what is made how precise. */
export function withPrecisionOptions(command: Command): Command {
  return command
    .optionsGroup('How precise:')
    .addOption(
      new Option('--statistic <name>', 'what is made precise')
        .choices(['p50', 'p90', 'p95', 'p99', 'mean'])
        .default(defaults.statistic),
    )
    .option(
      '--precision <share>',
      'relative half-width of the 95 % interval to reach',
      numberBetween(0.0005, 0.5),
      defaults.precision,
    )
    .addOption(
      new Option('--processes <n>', 'fresh processes to spread the runs over; auto: as many as their variance demands')
        .argParser(processes)
        .default(defaults.processes),
    )
    .addOption(
      new Option('--pacing <how>', 'back-to-back, idle:50ms after each run, or rate:20/s[,poisson]')
        .argParser(pacing)
        .default(defaults.pacing, 'back-to-back'),
    )
    .option(
      '--repeat-if-unstable <n>',
      'measure again, at most so often, while something disturbs the device',
      wholeNumber(0),
      defaults.repeatIfUnstable,
    );
}

/**
 * The spec of every combination of batch and threads, batch first.
 * @throws CliError `option-invalid` when --min-runs is more than --max-runs
 */
export function specsOf(
  options: SessionOptions & SamplingOptions & Partial<PrecisionOptions>,
): readonly [MeasurementSpec, ...MeasurementSpec[]] {
  const { maxRuns, minRuns = Math.min(defaults.minRuns, maxRuns) } = options;
  if (minRuns > maxRuns) {
    throw new CliError('option-invalid', `--min-runs ${minRuns} is more than --max-runs ${maxRuns}`, {
      hint: 'lower the one or raise the other',
    });
  }
  const { statistic, precision: wanted, processes: count, pacing: pace, repeatIfUnstable } = options;
  const common = {
    inputShapes: options.input ?? {},
    interOpThreads: options.interOpThreads,
    executionMode: options.executionMode,
    graphOptimization: options.optimization,
    memoryArena: options.arena,
    memoryPattern: options.memoryPattern,
    spinning: options.spinning,
    affinity: options.affinity ?? null,
    provider: options.provider,
    providerOptions: options.providerOption ?? {},
    seed: options.seed,
    minRuns,
    maxRuns,
    maxSeconds: options.maxSeconds,
    ...(statistic === undefined ? {} : { statistic }),
    ...(wanted === undefined ? {} : { precision: wanted }),
    ...(count === undefined ? {} : { processes: count }),
    ...(pace === undefined ? {} : { pacing: pace }),
    ...(repeatIfUnstable === undefined ? {} : { repeatIfUnstable }),
  };
  const [first, ...others] = options.batch.flatMap((samples) =>
    options.threads.map((count_) => resolveSpec({ ...common, batch: samples, threads: count_ })),
  );
  return [first ?? resolveSpec(common), ...others];
}

import type { MeasurementEnvironment, MeasurementSpec, MeasurementWarning } from '@espalier/contracts';
import { captureEnvironment } from '../environment/capture.js';
import { environmentWarnings } from '../environment/warnings.js';
import { watchEnvironment } from '../environment/watch.js';
import type { Measured } from '../probe/messages.js';
import type { ProcessTake } from '../result/process-take.js';
import { sampleWarnings, type Verdicts, verdictsOf } from '../result/sample-warnings.js';
import { judgedBy } from '../sampling/quota.js';
import type { Take } from '../sampling/stopping.js';
import type { Job } from './options.js';
import { pacingWarnings } from './pacing-warnings.js';
import { runProcesses, spentBy, type Surround, takeBy } from './run-processes.js';

const MICROSECONDS = 1e6;
const GPU_PROVIDERS: readonly string[] = ['cuda', 'tensorrt'];

/** Everything that one go at a measurement gave: its processes, and what lay around them. */
export interface WholeTake {
  readonly processes: readonly [Measured, ...Measured[]];
  readonly takes: readonly Take[];
  readonly processTakes: readonly ProcessTake[];
  readonly verdicts: Verdicts;
  readonly environment: Pick<MeasurementEnvironment, 'before' | 'during' | 'after'>;
  readonly warnings: readonly MeasurementWarning[];
}

function processCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}

/** The processes on one axis of time: ms after the first round of the first. */
function processTakesOf(processes: readonly Measured[]): ProcessTake[] {
  const originMs = processes[0]?.startedAtMs ?? 0;
  return processes.map(({ artifacts, atMs, startedAtMs, warmUpSteady }) => ({
    artifacts: artifacts.map((artifact) => ({ ...artifact, samplesMs: Array.from(artifact.samplesMs) })),
    atMs: Array.from(atMs, (ms) => ms + (startedAtMs - originMs)),
    warmUpSteady,
  }));
}

/** The GPU that a provider runs on, as its options say. */
function gpuOf({ provider, providerOptions }: MeasurementSpec): number | undefined {
  if (!GPU_PROVIDERS.includes(provider)) return undefined;
  const device = Number(providerOptions['deviceId'] ?? providerOptions['device_id'] ?? 0);
  return Number.isInteger(device) ? device : 0;
}

/** Takes everything once: snapshot, processes under watch, snapshot, and what is to be said against it. */
export async function takeOnce(job: Job, surround: Surround): Promise<WholeTake> {
  const { spec } = job;
  const gpu = gpuOf(spec);
  const before = await captureEnvironment();
  const cpuBefore = processCpuSeconds();
  const watch = watchEnvironment({ since: before.at, gpu });
  const [first, ...others] = await runProcesses(job, surround).catch(async (cause: unknown) => {
    await watch.stop();
    throw cause;
  });
  const during = await watch.stop();
  const after = await captureEnvironment();
  if (first === undefined) throw new RangeError('a measurement takes one process at least');
  const processes = [first, ...others] as const;
  const ownCpuSeconds =
    processCpuSeconds() - cpuBefore + processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const judged = judgedBy(spec, processes.map(spentBy));
  const takes = processes.map(takeBy);
  const processTakes = processTakesOf(processes);
  const verdicts = verdictsOf(takes, judged);
  const { inputs, assumedInputs, placement } = first;
  return {
    processes: [first, ...others],
    takes,
    processTakes,
    verdicts,
    environment: { before, during: [...during], after },
    warnings: [
      ...sampleWarnings({ takes: processTakes, inputs, assumedInputs, placement }, spec, verdicts),
      ...pacingWarnings(processes, spec),
      ...environmentWarnings({ before, during, after, ownCpuSeconds, provider: spec.provider, gpu }),
    ],
  };
}

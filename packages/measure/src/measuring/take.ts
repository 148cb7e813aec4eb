import type { MeasurementEnvironment, MeasurementSpec, MeasurementWarning } from '@espalier/contracts';
import { environmentWarnings } from '../environment/warnings.js';
import type { Measured } from '../probe/messages.js';
import type { ProcessTake } from '../result/process-take.js';
import { sampleWarnings, type Verdicts, verdictsOf } from '../result/sample-warnings.js';
import { judgedBy } from '../sampling/quota.js';
import type { Take } from '../sampling/stopping.js';
import type { Job } from './options.js';
import { pacingWarnings } from './pacing-warnings.js';
import { type Processes, runProcesses, spentBy, type Surround, takeBy } from './run-processes.js';
import { underWatch, type Watched } from './under-watch.js';

const GPU_PROVIDERS: readonly string[] = ['cuda', 'tensorrt'];

/** Everything that one go at a measurement gave: its processes, and what lay around them. */
export interface WholeTake {
  readonly processes: Processes;
  readonly takes: readonly Take[];
  readonly processTakes: readonly ProcessTake[];
  readonly verdicts: Verdicts;
  /** Of the first process, when it had loaded and run the subject alone. */
  readonly peakRssBytes: number;
  readonly environment: Pick<MeasurementEnvironment, 'before' | 'during' | 'after'>;
  readonly warnings: readonly MeasurementWarning[];
}

/** The processes on one axis of time: ms after the first round of the first. */
function processTakesOf(processes: Processes): ProcessTake[] {
  const originMs = processes[0].startedAtMs;
  return processes.map(({ artifacts, atMs, startedAtMs, warmUpSteady }) => ({
    artifacts: artifacts.map((artifact) => ({ ...artifact, samplesMs: Array.from(artifact.samplesMs) })),
    atMs: Array.from(atMs, (ms) => ms + (startedAtMs - originMs)),
    warmUpSteady,
  }));
}

/** The GPU that a provider runs on, as its options say; the provider chooses one of several where they do not. */
export function gpuOf({ provider, providerOptions }: MeasurementSpec): number | undefined {
  const device = providerOptions['deviceId'];
  return GPU_PROVIDERS.includes(provider) ? Number(device ?? 0) : undefined;
}

function peakOf({ peakRssBytes }: Measured): number {
  if (peakRssBytes === undefined) throw new RangeError('the first process looks at the memory of its subject');
  return peakRssBytes;
}

function wholeTake(watched: Watched<Processes>, spec: MeasurementSpec, gpu: number | undefined): WholeTake {
  const { value: processes, environment, parentCpuSeconds } = watched;
  const [first] = processes;
  const takes = processes.map(takeBy);
  const processTakes = processTakesOf(processes);
  const verdicts = verdictsOf(takes, judgedBy(spec, processes.map(spentBy)));
  const { inputs, assumedInputs, placement } = first;
  const ownCpuSeconds = processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, parentCpuSeconds);
  return {
    processes,
    takes,
    processTakes,
    verdicts,
    peakRssBytes: peakOf(first),
    environment,
    warnings: [
      ...sampleWarnings({ takes: processTakes, inputs, assumedInputs, placement }, spec, verdicts),
      ...pacingWarnings(processes, spec),
      ...environmentWarnings({ ...environment, ownCpuSeconds, provider: spec.provider, gpu }),
    ],
  };
}

/** Takes everything once: processes under watch, and what is to be said against them. */
export async function takeOnce(job: Job, surround: Surround): Promise<WholeTake> {
  const gpu = gpuOf(job.spec);
  const watched = await underWatch(gpu, () => runProcesses(job, surround));
  return wholeTake(watched, job.spec, gpu);
}

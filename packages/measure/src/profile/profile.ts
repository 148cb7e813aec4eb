import { arch, release, type } from 'node:os';
import type { MeasurementEnvironment, MeasurementSpec, MeasurementWarning, ProfileResult } from '@espalier/contracts';
import { environmentWarnings } from '../environment/warnings.js';
import type { MeasureOptions } from '../measuring/options.js';
import { gpuOf } from '../measuring/take.js';
import { underWatch } from '../measuring/under-watch.js';
import { MeasureError } from '../measure-error.js';
import { defaultMemoryLimitBytes } from '../parent/memory-limit.js';
import { runProbe } from '../parent/run-probe.js';
import type { Profiled } from '../probe/messages.js';
import { type BlockNodes, profileByBlock } from './by-block.js';

/** Loading a big model from a slow disk, up to four times, and choosing its kernels. */
const LOADING_MS = 180_000;

/** As with latencies: a run cannot be interrupted, and the profiler may make it several times as long. */
const DEADLINE_FACTOR = 5;

/** Fewer runs than this, and nothing can be left out of what was disturbed. */
const FEW_RUNS = 10;

/** What to profile. */
export interface ProfileRequest {
  readonly modelPath: string;
  /** A .npz with the data of every input; random data, by the spec's seed, by default. */
  readonly inputDataPath?: string | undefined;
  /** Regions of the model to add the kernels up by. */
  readonly blocks?: readonly BlockNodes[] | undefined;
  readonly spec: MeasurementSpec;
}

function runWarnings(
  { runs, warmUpSteady, assumedInputs, inputs, kernels }: Profiled,
  provider: string,
): MeasurementWarning[] {
  const elsewhere = kernels.filter((kernel) => kernel.provider !== provider).length;
  const assumed = assumedInputs.map((name) => [name, inputs[name]?.join('×') ?? ''] as const);
  return [
    ...(warmUpSteady ? [] : [{ code: 'warm-up-not-steady' as const, evidence: {} }]),
    ...(runs < FEW_RUNS ? [{ code: 'few-runs' as const, evidence: { runs } }] : []),
    ...(elsewhere === 0
      ? []
      : [{ code: 'provider-partial' as const, evidence: { nodes: kernels.length, nodesElsewhere: elsewhere } }]),
    ...(assumed.length === 0 ? [] : [{ code: 'input-shape-assumed' as const, evidence: Object.fromEntries(assumed) }]),
  ];
}

function placementOf({ kernels }: Profiled): ProfileResult['placement'] {
  const counts = new Map<string, number>();
  for (const { provider } of kernels) counts.set(provider, (counts.get(provider) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function resultOf(
  profiled: Profiled,
  environment: MeasurementEnvironment,
  warnings: MeasurementWarning[],
): ProfileResult {
  const { runs, profiledP50Ms, plainP50Ms, kernels, runtimeShare, unexplained, inputs } = profiled;
  const kernelShare = kernels.reduce((total, { share }) => total + share, 0);
  return {
    runs,
    profiledP50Ms,
    plainP50Ms,
    overhead: profiledP50Ms / plainP50Ms,
    kernels,
    blocks: null,
    rest: { share: kernelShare, medianMs: kernelShare * profiledP50Ms },
    runtime: { share: runtimeShare, medianMs: runtimeShare * profiledP50Ms },
    unexplained,
    placement: placementOf(profiled),
    inputs,
    environment,
    warnings,
    wallSeconds: (Date.parse(environment.after.at) - Date.parse(environment.before.at)) / 1000,
  };
}

async function probe(request: ProfileRequest, options: MeasureOptions): Promise<Profiled> {
  const { modelPath, inputDataPath, spec } = request;
  const answer = await runProbe(
    { kind: 'profile', modelPath, spec, ...(inputDataPath === undefined ? {} : { inputDataPath }) },
    {
      deadlineMs: options.deadlineMs ?? LOADING_MS + DEADLINE_FACTOR * spec.maxSeconds * 1000,
      memoryLimitBytes: options.memoryLimitBytes ?? defaultMemoryLimitBytes(),
      signal: options.signal,
      onProgress: options.onProgress,
    },
  );
  if (answer.kind !== 'profiled') throw new MeasureError('probe-crashed', `the probe answered ${answer.kind}`);
  return answer;
}

/**
 * Finds out where the time of a run goes, by kernel and, when blocks are given, by block, in a fresh child process with
 * onnxruntime's profiler. Times are shares of the profiled run, which is slower than a plain one (`overhead`): never
 * compare them with latencies. Runs follow each other back to back, whatever the spec's pacing.
 * @throws MeasureError `model-invalid`, `provider-unavailable`, `input-unresolved`, `input-data-invalid`, `probe-timeout`,
 *   `probe-out-of-memory`, `probe-crashed`, `cancelled`
 */
export async function profile(request: ProfileRequest, options: MeasureOptions = {}): Promise<ProfileResult> {
  const { blocks, spec } = request;
  const { provider } = spec;
  const gpu = gpuOf(spec);
  const watched = await underWatch(gpu, () => probe(request, options));
  const { value: profiled, environment: around } = watched;
  const ownCpuSeconds = watched.parentCpuSeconds + profiled.cpuSeconds;
  const environment: MeasurementEnvironment = {
    os: `${type()} ${release()}`,
    architecture: arch(),
    node: process.versions.node,
    onnxruntime: profiled.onnxruntime,
    provider,
    ...around,
  };
  const result = resultOf(profiled, environment, [
    ...runWarnings(profiled, provider),
    ...environmentWarnings({ ...around, ownCpuSeconds, provider, gpu }),
  ]);
  return blocks === undefined ? result : profileByBlock(result, blocks);
}

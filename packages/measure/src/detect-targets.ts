import { builtInTargets, type TargetDefinition } from '@espalier/contracts';
import { type Ground, groundOf } from './detection/ground.js';
import { inParallel } from './detection/in-parallel.js';
import { reasonBeforehand, reasonOfFailure, reasonOfRefusal } from './detection/reason.js';
import { thisSystem } from './environment/system.js';
import { MeasureError } from './measure-error.js';
import { defaultMemoryLimitBytes } from './parent/memory-limit.js';
import { runProbe } from './parent/run-probe.js';

/** A provider that cannot start a small network within this time is no use; drivers of a GPU take some seconds. */
const TIMEOUT_MS = 30_000;

/** TensorRT tries out kernels before the first run, for every layer. */
const TENSORRT_TIMEOUT_MS = 120_000;

/** Most of a try is waiting for drivers; more at a time would make small boards swap. */
const TRIES_AT_A_TIME = 3;

/** Whether this machine can serve a target. */
export interface DetectedTarget {
  readonly name: string;
  readonly provider: string;
  readonly available: boolean;
  /** Why not; absent when it is available. */
  readonly reason?: string;
}

/** Why a provider does not run here; `undefined` when it does. A provider that takes its process down is one reason. */
async function refusal(provider: string, ground: Ground, signal: AbortSignal | undefined): Promise<string | undefined> {
  const deadlineMs = provider === 'tensorrt' ? TENSORRT_TIMEOUT_MS : TIMEOUT_MS;
  try {
    const answer = await runProbe(
      { kind: 'check', provider },
      { deadlineMs, memoryLimitBytes: defaultMemoryLimitBytes(), signal },
    );
    if (answer.kind !== 'checked') return `the probe answered ${answer.kind}`;
    return answer.reason === undefined ? undefined : await reasonOfRefusal(provider, answer.reason, ground);
  } catch (cause) {
    if (!(cause instanceof MeasureError) || cause.code === 'cancelled') throw cause;
    return reasonOfFailure(provider, cause);
  }
}

/**
 * Which of the given targets this machine can serve, and why not the others. A target is available when its provider
 * really runs a small network here; each provider is tried once, in a child process of its own, a few at a time.
 * @throws MeasureError `cancelled`
 */
export async function detectTargets({
  targets = builtInTargets,
  signal,
}: {
  readonly targets?: readonly TargetDefinition[];
  readonly signal?: AbortSignal | undefined;
} = {}): Promise<readonly DetectedTarget[]> {
  const ground = groundOf(thisSystem);
  const toTry = targets.filter((target) => reasonBeforehand(target, ground) === undefined);
  const providers = [...new Set(toTry.map(({ provider }) => provider))];
  const refusals = await inParallel(providers, TRIES_AT_A_TIME, (provider) => refusal(provider, ground, signal));
  const reasons = new Map(providers.map((provider, index) => [provider, refusals[index]]));
  return targets.map((target) => {
    const { name, provider } = target;
    const reason = reasonBeforehand(target, ground) ?? reasons.get(provider);
    return { name, provider, available: reason === undefined, ...(reason === undefined ? {} : { reason }) };
  });
}

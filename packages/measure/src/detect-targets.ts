import { arch } from 'node:os';
import { builtInTargets, type TargetDefinition } from '@espalier/contracts';
import { MeasureError } from './measure-error.js';
import { defaultMemoryLimitBytes } from './parent/memory-limit.js';
import { runProbe } from './parent/run-probe.js';

/** A provider that cannot start a small network within this time is no use; drivers of a GPU take some seconds. */
const TIMEOUT_MS = 30_000;

/** Whether this machine can serve a target. */
export interface DetectedTarget {
  readonly name: string;
  readonly provider: string;
  readonly available: boolean;
  /** Why not; absent when it is available. */
  readonly reason?: string;
}

/** Why a provider does not run here; `undefined` when it does. A provider that takes its process down is one reason. */
async function refusal(provider: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    const answer = await runProbe(
      { kind: 'check', provider },
      { deadlineMs: TIMEOUT_MS, memoryLimitBytes: defaultMemoryLimitBytes(), signal },
    );
    return answer.kind === 'checked' ? answer.reason : `the probe answered ${answer.kind}`;
  } catch (cause) {
    if (!(cause instanceof MeasureError) || cause.code === 'cancelled') throw cause;
    return cause.message;
  }
}

async function detect(target: TargetDefinition, signal: AbortSignal | undefined): Promise<DetectedTarget> {
  const { name, provider, architecture } = target;
  const here = arch();
  const reason =
    architecture === 'any' || architecture === here
      ? await refusal(provider, signal)
      : `it is for ${architecture}, and this machine is ${here}`;
  return { name, provider, available: reason === undefined, ...(reason === undefined ? {} : { reason }) };
}

/**
 * Which of the given targets this machine can serve, and why not the others. A target is available when its provider
 * really runs a small network here; each provider is tried in a child process of its own.
 * @throws MeasureError `cancelled`
 */
export async function detectTargets({
  targets = builtInTargets,
  signal,
}: {
  readonly targets?: readonly TargetDefinition[];
  readonly signal?: AbortSignal | undefined;
} = {}): Promise<readonly DetectedTarget[]> {
  const detected: DetectedTarget[] = [];
  for (const target of targets) detected.push(await detect(target, signal));
  return detected;
}

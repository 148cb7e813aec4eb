import { join } from 'node:path';
import { MeasureError } from '../measure-error.js';
import { providerCalled } from '../profile/provider-name.js';
import type { TracedRun } from '../profile/trace-events.js';
import { openSession, runError, type SessionSettings } from './session.js';
import { runAndDrop } from './first-run.js';
import type { Feeds } from './tensors.js';

/** Where the nodes of a model ran. */
export interface Placement {
  readonly nodes: number;
  readonly nodesElsewhere: number;
}

/** Counts the kernels of traced runs that ran on a provider and elsewhere. */
export function placementIn(runs: readonly TracedRun[], provider: string): Placement {
  const providers = runs.flatMap(({ kernels }) => kernels.map((kernel) => providerCalled(kernel.provider)));
  return { nodes: providers.length, nodesElsewhere: providers.filter((name) => name !== provider).length };
}

/**
 * Runs a model once in a session of its own with onnxruntime's profiler on, which is the only thing that tells where nodes
 * run: asking for a provider does not mean that it takes any of them.
 * @throws MeasureError `provider-unavailable` when no node ran on the provider
 */
export async function checkPlacement(
  modelPath: string,
  settings: SessionSettings,
  { feeds, workDir }: { readonly feeds: Feeds; readonly workDir: string },
): Promise<Placement> {
  const filePrefix = join(workDir, 'placement');
  const { session } = await openSession(modelPath, settings, { filePrefix });
  try {
    await runAndDrop(session, feeds);
  } catch (cause) {
    throw runError(cause);
  }
  session.endProfiling();
  await session.release();
  // Loaded here, for the CPU needs no such check and the schema of a trace would cost each of its processes 0.2 s.
  const { readTrace } = await import('../profile/trace-file.js');
  const placement = placementIn(await readTrace(filePrefix), settings.provider);
  if (placement.nodes > placement.nodesElsewhere) return placement;
  throw new MeasureError('provider-unavailable', `${settings.provider} ran no part of the model; all of it fell back`, {
    hint: 'measure it on the target whose provider really runs it, such as the CPU',
  });
}

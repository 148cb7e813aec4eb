import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { MeasureError } from '../measure-error.js';
import { openSession, runError, type SessionSettings } from './session.js';
import { runAndDrop } from './first-run.js';
import type { Feeds } from './tensors.js';

const ProfileEvents = Type.Array(
  Type.Object({
    cat: Type.String(),
    args: Type.Optional(Type.Object({ provider: Type.Optional(Type.String()) })),
  }),
);

/** Where the nodes of a model ran. */
export interface Placement {
  readonly nodes: number;
  readonly nodesElsewhere: number;
}

/**
 * Counts the nodes in a profile of onnxruntime (a JSON array of events) that ran on a provider and elsewhere. Providers
 * are called `CUDAExecutionProvider` and so on there.
 */
export function placementInProfile(profile: unknown, provider: string): Placement {
  const providers = Value.Parse(ProfileEvents, profile).flatMap(({ cat, args }) =>
    cat === 'Node' && args?.provider !== undefined ? [args.provider.toLowerCase()] : [],
  );
  const own = `${provider}executionprovider`.toLowerCase();
  return { nodes: providers.length, nodesElsewhere: providers.filter((name) => name !== own).length };
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
  const prefix = 'placement';
  const { session } = await openSession(modelPath, settings, { filePrefix: join(workDir, prefix) });
  try {
    await runAndDrop(session, feeds);
  } catch (cause) {
    throw runError(cause);
  }
  session.endProfiling();
  await session.release();
  const file = (await readdir(workDir)).find((name) => name.startsWith(prefix));
  const profile: unknown = file === undefined ? [] : JSON.parse(await readFile(join(workDir, file), 'utf8'));
  const placement = placementInProfile(profile, settings.provider);
  if (placement.nodes > placement.nodesElsewhere) return placement;
  throw new MeasureError('provider-unavailable', `${settings.provider} ran no part of the model; all of it fell back`, {
    hint: 'measure it on the target whose provider really runs it, such as the CPU',
  });
}

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Claimed, resolveSpec } from '@espalier/contracts';
import { measure, profile } from '@espalier/measure';
import { score } from '@espalier/scoring';
import { type Activity, createActivity } from './activity.js';
import { openArtifactCache } from './artifact-cache.js';
import { createHealth, type Health } from './health.js';
import { doJob, type JobOptions } from './job.js';
import { openSpool } from './spool.js';
import { listeningLog, type Respond, sendJson, startStandIn, type StandIn } from './testing.js';

export const agentId = '018f3f5c-0000-7000-8000-00000000000a';
export const job = { measurementId: '018f3f5c-0000-7000-8000-000000000001', attempt: 2 };

export const sha256Of = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** An API that gives the job away, has the files that it names, and takes whatever comes of it. */
export function generousWith(files: readonly (string | Uint8Array)[], more: Partial<Claimed> = {}): Respond {
  const [subject = ''] = files;
  const claimed: Claimed = {
    ...job,
    kind: 'latency',
    subject: sha256Of(subject),
    control: null,
    target: 'x86-cpu',
    spec: resolveSpec(),
    leaseSeconds: 30,
    ...more,
  };
  return ({ path }, response) => {
    if (path.endsWith('/claim')) sendJson(response, 200, claimed);
    else if (path.startsWith('/v1/artifacts/')) response.end(files.find((bytes) => path.endsWith(sha256Of(bytes))));
    else sendJson(response, 200, { accepted: true });
  };
}

/** A job that is being done. */
export interface Doing {
  readonly api: StandIn;
  readonly activity: Activity;
  readonly health: Health;
  /** Folder of cache and spool. */
  readonly dir: string;
  /** Rejects with what `doJob` rejects with. */
  readonly done: Promise<void>;
}

/** Lets an agent's part do the job, against an API that answers so. */
export async function whileDoing(
  respond: Respond,
  more: Partial<JobOptions>,
  use: (doing: Doing) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'espalier-job-'));
  await using api = await startStandIn(respond);
  const { client } = api;
  const { log } = listeningLog();
  const cache = await openArtifactCache({
    dir: join(dir, 'artifacts'),
    maxBytes: 100,
    client,
    log,
    now: () => new Date(),
  });
  const spool = await openSpool({ dir: join(dir, 'spool'), client, log, random: () => 0 });
  const activity = createActivity();
  const health = more.health ?? createHealth();
  const shared = { client, agentId, cache, spool, activity, measure, profile, score, limits: {}, random: () => 0 };
  const done = doJob({ ...shared, ...more, health }, job, log);
  try {
    await use({ api, activity, health, dir, done });
  } finally {
    activity.stop();
    await done.catch(() => undefined); // a test that expects a rejection has looked at it
    await spool.close();
    await rm(dir, { recursive: true });
  }
}

/** The outcomes that reached the API. */
export const deliveries = ({ seen }: StandIn): unknown[] =>
  seen.filter(({ path }) => path.endsWith('/result')).map(({ body }) => body);

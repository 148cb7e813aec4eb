import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { resolveSpec } from '@espalier/contracts';
import { measure, profile } from '@espalier/measure';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Activity, createActivity } from './activity.js';
import { openArtifactCache } from './artifact-cache.js';
import { createHealth } from './health.js';
import { doJob, type JobOptions } from './job.js';
import { openSpool } from './spool.js';
import { listeningLog, type Respond, sendJson, sendProblem, startStandIn, type StandIn, until } from './testing.js';

const agentId = '018f3f5c-0000-7000-8000-00000000000a';
const job = { measurementId: '018f3f5c-0000-7000-8000-000000000001', attempt: 2 };
const BYTES = 'no model at all';
const subject = createHash('sha256').update(BYTES).digest('hex');

const claimed = {
  ...job,
  kind: 'latency' as const,
  subject,
  control: null,
  target: 'x86-cpu',
  spec: resolveSpec(),
  leaseSeconds: 30,
};

/** An API that gives the job away and takes whatever comes of it. */
const generous: Respond = ({ path }, response) => {
  if (path.endsWith('/claim')) sendJson(response, 200, claimed);
  else if (path.startsWith('/v1/artifacts/')) response.end(BYTES);
  else sendJson(response, 200, { accepted: true });
};

/** A measurement that goes on until it is broken off. */
const endless: typeof measure = (_request, options) =>
  new Promise((_resolve, reject) => {
    const signal = options?.signal;
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'espalier-job-'));
});
afterEach(() => rm(dir, { recursive: true }));

interface Doing {
  readonly api: StandIn;
  readonly activity: Activity;
  /** Rejects with what `doJob` rejects with. */
  readonly done: Promise<void>;
}

async function whileDoing(respond: Respond, more: Partial<JobOptions>, use: (doing: Doing) => Promise<void>) {
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
  const health = createHealth();
  const options = {
    client,
    agentId,
    cache,
    spool,
    activity,
    health,
    measure,
    profile,
    limits: {},
    random: () => 0,
    ...more,
  };
  const done = doJob(options, job, log);
  try {
    await use({ api, activity, done });
  } finally {
    activity.stop();
    await done.catch(() => undefined); // a test that expects a rejection has looked at it
    await spool.close();
  }
}

const deliveries = ({ seen }: StandIn): unknown[] =>
  seen.filter(({ path }) => path.endsWith('/result')).map(({ body }) => body);

test('what onnxruntime refuses is delivered as a failure with its code', async () => {
  await whileDoing(generous, {}, async ({ api, activity, done }) => {
    await done;
    expect(api.seen[0]).toEqual({
      path: `/v1/measurements/${job.measurementId}/claim`,
      body: { agentId, attempt: job.attempt },
    });
    expect(deliveries(api)).toMatchObject([
      { agentId, attempt: 2, outcome: { kind: 'failed', failure: { code: 'model-invalid' } } },
    ]);
    expect(activity.heartbeat()).toEqual({ state: 'idle' });
  });
});

test.each([404, 409])('a job that is not ours to do (%i) is dropped without a word', async (status) => {
  await whileDoing(
    (_seen, response) => sendProblem(response, status, 'claim-refused'),
    {},
    async ({ api, done }) => {
      await done;
      expect(api.seen).toHaveLength(1);
    },
  );
});

test('an API that is away while we claim is waited for', async () => {
  await whileDoing(
    (seen, response, count) => (count < 2 ? sendProblem(response, 503, 'not-ready') : generous(seen, response, count)),
    {},
    async ({ api, done }) => {
      await done;
      expect(deliveries(api)).toHaveLength(1);
    },
  );
});

test('an artifact that cannot be had fails the measurement as artifact-unavailable', async () => {
  await whileDoing(
    (seen, response, count) =>
      seen.path.startsWith('/v1/artifacts/')
        ? sendProblem(response, 404, 'artifact-unknown')
        : generous(seen, response, count),
    {},
    async ({ api, done }) => {
      await done;
      expect(deliveries(api)).toMatchObject([{ outcome: { failure: { code: 'artifact-unavailable' } } }]);
    },
  );
});

test('a cancelled measurement ends and delivers nothing', async () => {
  await whileDoing(generous, { measure: endless }, async ({ api, activity, done }) => {
    await until(() => activity.heartbeat().running !== undefined);
    activity.cancel(job.measurementId, job.attempt);
    await done;
    expect(deliveries(api)).toEqual([]);
    expect(await readdir(join(dir, 'spool'))).toEqual([]);
  });
});

test('an agent that stops gives its measurement back', async () => {
  await whileDoing(generous, { measure: endless }, async ({ api, activity, done }) => {
    await until(() => activity.heartbeat().running !== undefined);
    activity.stop();
    await done;
    expect(deliveries(api)).toMatchObject([{ outcome: { kind: 'released' } }]);
    expect(await readdir(join(dir, 'spool'))).toEqual([]);
  });
});

test('the next start of an agent that was killed gives its measurement back', async () => {
  await whileDoing(generous, { measure: endless }, async ({ api, activity, done }) => {
    await until(async () => (await readdir(join(dir, 'spool'))).some((name) => name.endsWith('.json')));
    const next = await openSpool({
      dir: join(dir, 'spool'),
      client: api.client,
      log: listeningLog().log,
      random: () => 0,
    });
    await next.flush();
    expect(deliveries(api)).toMatchObject([{ agentId, attempt: 2, outcome: { kind: 'released' } }]);
    await next.close();
    activity.stop();
    await done;
  });
});

test('an agent that stops before the job is its own rejects it, so that the queue does not take it for done', async () => {
  await whileDoing(
    (_seen, response) => sendProblem(response, 503, 'not-ready'),
    {},
    async ({ activity, done }) => {
      activity.stop();
      await expect(done).rejects.toMatchObject({ reason: 'stopped' });
    },
  );
});

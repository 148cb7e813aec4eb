import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { measure } from '@espalier/measure';
import { expect, test } from '@jest/globals';
import { createHealth } from './health.js';
import { agentId, deliveries, generousWith, job, whileDoing } from './job-testing.js';
import { openSpool } from './spool.js';
import { listeningLog, sendProblem, until } from './testing.js';

const generous = generousWith(['no model at all']);

/** A measurement that goes on until it is broken off. */
const endless: typeof measure = (_request, options) =>
  new Promise((_resolve, reject) => {
    const signal = options?.signal;
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

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
  await whileDoing(generous, { measure: endless }, async ({ api, activity, dir, done }) => {
    await until(() => activity.heartbeat().running !== undefined);
    activity.cancel(job.measurementId, job.attempt);
    await done;
    expect(deliveries(api)).toEqual([]);
    expect(await readdir(join(dir, 'spool'))).toEqual([]);
  });
});

test('an agent that stops gives its measurement back', async () => {
  await whileDoing(generous, { measure: endless }, async ({ api, activity, dir, done }) => {
    await until(() => activity.heartbeat().running !== undefined);
    activity.stop();
    await done;
    expect(deliveries(api)).toMatchObject([{ outcome: { kind: 'released' } }]);
    expect(await readdir(join(dir, 'spool'))).toEqual([]);
  });
});

test('the next start of an agent that was killed gives its measurement back', async () => {
  await whileDoing(generous, { measure: endless }, async ({ api, activity, dir, done }) => {
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

test('a device that fails its canary declines a job unseen, so that it goes back to the queue', async () => {
  const health = createHealth();
  health.judged('failed');
  await whileDoing(generous, { health }, async ({ api, done }) => {
    await expect(done).rejects.toMatchObject({ name: 'JobDeclined' });
    expect(api.seen).toEqual([]);
  });
});

test('a device that learns from the claim that it fails its canary declines the job, and takes no more', async () => {
  await whileDoing(
    (_seen, response) => sendProblem(response, 409, 'device-unhealthy'),
    {},
    async ({ activity, health, done }) => {
      await expect(done).rejects.toMatchObject({ name: 'JobDeclined' });
      expect(health.allowsJobs()).toBe(false);
      expect(activity.heartbeat()).toEqual({ state: 'idle' });
    },
  );
});

import { expect, test } from '@jest/globals';
import { type Activity, createActivity } from './activity.js';
import { createHealth, type Health } from './health.js';
import { startHeartbeat } from './heartbeat.js';
import { listeningLog, type Respond, sendJson, sendProblem, startStandIn, type StandIn, until } from './testing.js';

const AGENT = '018f3f5c-0000-7000-8000-00000000000a';
const ONE = { measurementId: '018f3f5c-0000-7000-8000-000000000001', attempt: 3 };
const HOUR_MS = 3_600_000;

interface Beating {
  readonly api: StandIn;
  readonly activity: Activity;
  readonly health: Health;
  readonly lines: readonly Record<string, unknown>[];
  readonly enrolments: () => number;
}

async function whileBeating(
  everyMs: number,
  respond: Respond,
  use: (beating: Beating) => Promise<void>,
): Promise<void> {
  await using api = await startStandIn(respond);
  const { log, lines } = listeningLog();
  let enrolments = 0;
  const activity = createActivity();
  const health = createHealth();
  const loop = startHeartbeat({
    client: api.client,
    agentId: AGENT,
    everyMs,
    activity,
    health,
    onUnknown: async () => {
      enrolments += 1;
    },
    log,
    now: () => new Date('2026-01-01T00:00:00Z'),
  });
  try {
    await use({ api, activity, health, lines, enrolments: () => enrolments });
  } finally {
    await loop.close();
  }
}

const goOn: Respond = (_seen, response) => sendJson(response, 200, { cancel: false, health: 'healthy' });

test('an agent that does nothing says so, again and again', async () => {
  await whileBeating(5, goOn, async ({ api }) => {
    await until(() => api.seen.length >= 3);
    expect(api.seen[2]).toEqual({ path: `/v1/agents/${AGENT}/heartbeat`, body: { state: 'idle' } });
  });
});

test('what changes is told at once, progress within a phase with the next heartbeat', async () => {
  await whileBeating(HOUR_MS, goOn, async ({ api, activity }) => {
    await until(() => api.seen.length === 1);
    const work = activity.begin();
    work.claimed(ONE);
    await until(() => api.seen.length === 2);
    expect(api.seen[1]?.body).toEqual({ state: 'busy', running: ONE });
    const first = { phase: 'sampling', runs: 7, elapsedMs: 10 } as const;
    work.progress(first);
    await until(() => api.seen.length === 3);
    expect(api.seen[2]?.body).toEqual({ state: 'busy', running: { ...ONE, progress: first } });
    const second = { ...first, runs: 8 };
    work.progress(second);
    activity.drain();
    await until(() => api.seen.length === 4);
    expect(api.seen[3]?.body).toEqual({ state: 'draining', running: { ...ONE, progress: second } });
    work.end();
    await until(() => api.seen.length === 5);
    expect(api.seen[4]?.body).toEqual({ state: 'draining' });
  });
});

test('an answer that cancels breaks off the measurement that the heartbeat named', async () => {
  await whileBeating(
    HOUR_MS,
    ({ body }, response) =>
      sendJson(response, 200, { cancel: JSON.stringify(body).includes(ONE.measurementId), health: 'healthy' }),
    async ({ activity }) => {
      const work = activity.begin();
      work.claimed(ONE);
      await until(() => work.signal.aborted);
      expect(work.signal.reason).toMatchObject({ reason: 'cancelled' });
    },
  );
});

test('an answer tells the health of the device, and whether it was cleared', async () => {
  let status = 'failed';
  await whileBeating(
    5,
    (_seen, response) => sendJson(response, 200, { cancel: false, health: status }),
    async ({ health }) => {
      const changes: boolean[] = [];
      health.onChange((allowsJobs) => changes.push(allowsJobs));
      await until(() => !health.allowsJobs());
      status = 'unknown';
      await until(() => health.allowsJobs());
      expect(changes.at(-1)).toBe(true);
    },
  );
});

test('a cancellation that comes late does not hurt the next measurement', () => {
  const activity = createActivity();
  activity.begin().end();
  const next = activity.begin();
  next.claimed({ ...ONE, attempt: 4 });
  activity.cancel(ONE.measurementId, ONE.attempt);
  expect(next.signal.aborted).toBe(false);
});

test('a failed heartbeat says when the next one is and when the last one got through', async () => {
  await whileBeating(
    5,
    (seen, response, count) => (count === 0 ? goOn(seen, response, count) : sendProblem(response, 503, 'not-ready')),
    async ({ lines }) => {
      await until(() => lines.length > 0);
      expect(lines[0]).toMatchObject({
        msg: 'heartbeat failed',
        nextTryMs: 5,
        lastSuccessAt: '2026-01-01T00:00:00.000Z',
        reason: expect.stringContaining('not-ready'),
      });
    },
  );
});

test('an API that lost its memory gets to know the agent again', async () => {
  await whileBeating(
    5,
    (seen, response, count) =>
      count === 0 ? sendProblem(response, 404, 'agent-unknown') : goOn(seen, response, count),
    async ({ api, enrolments }) => {
      await until(() => api.seen.length >= 2);
      expect(enrolments()).toBe(1);
    },
  );
});

test('a heartbeat on its way is let through when the loop closes, so that nothing overtakes the farewell', async () => {
  const answered: string[] = [];
  const slowly: Respond = (seen, response, count) => {
    setTimeout(() => {
      answered.push(seen.path);
      goOn(seen, response, count);
    }, 50);
  };
  await whileBeating(HOUR_MS, slowly, async ({ api }) => {
    await until(() => api.seen.length === 1);
    expect(answered).toEqual([]);
  });
  expect(answered).toHaveLength(1);
});

test('a job that begins after the agent was told to stop is broken off from the start', () => {
  const activity = createActivity();
  activity.stop();
  expect(activity.begin().signal.reason).toMatchObject({ reason: 'stopped' });
});

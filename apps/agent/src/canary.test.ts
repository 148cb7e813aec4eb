import { once } from 'node:events';
import { AgentHealth, PostCanary, parserOf } from '@espalier/contracts';
import { measureCanary, type CanaryOutcome } from '@espalier/measure';
import { expect, test } from '@jest/globals';
import { type CanaryLoop, startCanary } from './canary.js';
import { createHealth, type Health } from './health.js';
import { listeningLog, type Respond, sendJson, sendProblem, startStandIn, type StandIn, until } from './testing.js';
import { createTurns, type Turns } from './turns.js';

const AGENT = '018f3f5c-0000-7000-8000-00000000000a';
const OWN = [{ name: 'x86-cpu', provider: 'cpu' }];
const GOOD: CanaryOutcome = { kind: 'measured', p50Ms: 2, p50Ci: [1.9, 2.1], runs: 100 };
const BAD: CanaryOutcome = { kind: 'failed', code: 'probe-crashed', message: 'boom' };
const HOUR_MS = 3_600_000;

const parsePosted = parserOf('PostCanary', PostCanary);

const judging =
  (status: AgentHealth['status']): Respond =>
  (_seen, response) =>
    sendJson(response, 200, { status, targets: [], clearedAt: null } satisfies AgentHealth);

/** What the API heard of the canary, in order. */
const posted = ({ seen }: StandIn) => seen.map(({ body }) => parsePosted(body).readings);

const failedOnce: Respond = (seen, response, count) =>
  judging(count === 0 ? 'failed' : 'healthy')(seen, response, count);

/** A canary with a bug of its own. */
const throwing: typeof measureCanary = async () => {
  throw new TypeError('a bug');
};

/** A canary that goes on until it is broken off. */
const endless: typeof measureCanary = (_request, options) =>
  new Promise((_resolve, reject) => {
    options?.signal?.addEventListener('abort', () => reject(options.signal?.reason), { once: true });
  });

interface Watching {
  readonly api: StandIn;
  readonly canary: CanaryLoop;
  readonly health: Health;
  readonly turns: Turns;
  readonly lines: readonly Record<string, unknown>[];
  /** Lets the clock jump ahead. */
  readonly pass: (ms: number) => void;
}

interface Scene {
  readonly respond?: Respond;
  readonly measure?: typeof measureCanary;
  readonly targets?: typeof OWN;
  readonly intervals?: { readonly betweenJobsMs: number; readonly idleMs: number };
}

async function whileWatching(scene: Scene, use: (watching: Watching) => Promise<void>): Promise<void> {
  await using api = await startStandIn(scene.respond ?? judging('healthy'));
  const { log, lines } = listeningLog();
  const health = createHealth();
  const turns = createTurns();
  let nowMs = Date.parse('2026-01-01T00:00:00Z');
  const canary = startCanary({
    client: api.client,
    agentId: AGENT,
    targets: scene.targets ?? OWN,
    intervals: scene.intervals ?? { betweenJobsMs: 60_000, idleMs: HOUR_MS },
    health,
    turns,
    measureCanary: scene.measure ?? (async () => GOOD),
    log,
    random: () => 0,
    now: () => new Date(nowMs),
  });
  try {
    await use({ api, canary, health, turns, lines, pass: (ms) => (nowMs += ms) });
  } finally {
    await canary.close();
  }
}

test('a real canary is measured on this machine at the start, and reported', async () => {
  await whileWatching({ measure: measureCanary }, async ({ api, canary, health }) => {
    await canary.started;
    expect(api.seen[0]?.path).toBe(`/v1/agents/${AGENT}/canary`);
    expect(posted(api)).toMatchObject([[{ target: 'x86-cpu', outcome: { kind: 'measured' } }]]);
    expect(health.stamp('x86-cpu')?.p50Ms).toBeGreaterThan(0);
  });
});

test('every target has a canary of its own; one that nothing here runs fails, and never has the numbers of the CPU', async () => {
  const targets = [...OWN, { name: 'webgpu', provider: 'webgpu' }];
  await whileWatching({ targets, measure: measureCanary }, async ({ api, canary, health }) => {
    await canary.started;
    expect(posted(api)).toMatchObject([
      [
        { target: 'x86-cpu', outcome: { kind: 'measured' } },
        { target: 'webgpu', outcome: { kind: 'failed', code: 'provider-unavailable' } },
      ],
    ]);
    expect(health.allowsJobs()).toBe(false);
  });
});

test('between jobs it is measured again when the latest is older than the interval, and not before', async () => {
  await whileWatching({}, async ({ api, canary, pass }) => {
    await canary.started;
    pass(59_999);
    await canary.afterJob();
    expect(api.seen).toHaveLength(1);
    pass(1);
    await canary.afterJob();
    expect(posted(api)[1]).toEqual([{ target: 'x86-cpu', at: '2026-01-01T00:01:00.000Z', outcome: GOOD }]);
  });
});

test('an interval of 0 measures the canary at the start alone', async () => {
  await whileWatching({ intervals: { betweenJobsMs: 0, idleMs: 0 } }, async ({ api, canary, pass }) => {
    await canary.started;
    pass(100 * HOUR_MS);
    await canary.afterJob();
    expect(api.seen).toHaveLength(1);
  });
});

test('an idle agent measures it now and then', async () => {
  let clock = 0;
  const measure = async () => {
    clock += 1;
    return GOOD;
  };
  // Its clock stands still, so that what is due once is due ever after.
  await whileWatching({ measure, intervals: { betweenJobsMs: 0, idleMs: 1 } }, async ({ canary, api, pass }) => {
    await canary.started;
    pass(1);
    await until(() => api.seen.length === 2);
    expect(clock).toBe(2);
  });
});

test('it never runs beside a job', async () => {
  await whileWatching({}, async ({ api, canary, turns, pass }) => {
    await canary.started;
    const ending = new AbortController();
    const job = turns.take(() => once(ending.signal, 'abort'));
    pass(60_000);
    const canaryAfter = canary.afterJob();
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    expect(api.seen).toHaveLength(1);
    ending.abort();
    await Promise.all([job, canaryAfter]);
    expect(api.seen).toHaveLength(2);
  });
});

test('a canary that fails stops the jobs, says when it is tried next, and lets them flow when it passes', async () => {
  const outcomes = [BAD];
  const measure = async () => outcomes.shift() ?? GOOD;
  await whileWatching({ respond: failedOnce, measure }, async ({ api, canary, health, lines, pass }) => {
    await canary.started;
    expect(health.allowsJobs()).toBe(false);
    await canary.afterJob();
    expect(api.seen).toHaveLength(1);
    expect(lines).toContainEqual(expect.objectContaining({ failures: 1, nextTryMs: 5_000 }));
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'canary failed', code: 'probe-crashed' }));
    pass(5_000);
    health.heard('suspect', -1); // out of date: only the canary itself may decide
    health.judged('failed');
    await until(() => health.allowsJobs());
    expect(posted(api)[1]).toMatchObject([{ outcome: GOOD }]);
  });
});

test('a canary that throws is a reading that failed', async () => {
  await whileWatching({ measure: throwing }, async ({ api, canary }) => {
    await canary.started;
    expect(posted(api)).toMatchObject([[{ outcome: { kind: 'failed', code: 'agent-error' } }]]);
  });
});

test('an API that is away does not hold up the start, and hears the latest reading when it is back', async () => {
  let away = true;
  const respond: Respond = (seen, response, count) =>
    away ? sendProblem(response, 503, 'not-ready') : judging('suspect')(seen, response, count);
  await whileWatching({ respond }, async ({ api, canary, health, pass }) => {
    await canary.started;
    expect(health.allowsJobs()).toBe(true);
    pass(60_000);
    await canary.afterJob();
    away = false;
    const before = api.seen.length;
    await until(() => api.seen.length > before);
    expect(posted(api).at(-1)).toMatchObject([{ at: '2026-01-01T00:01:00.000Z' }]);
  });
});

test('an agent that stops breaks its canary off, and reports nothing', async () => {
  await whileWatching({ measure: endless }, async ({ api, canary }) => {
    await canary.close();
    await canary.started;
    expect(api.seen).toEqual([]);
  });
});

import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import {
  type Consumer,
  JobDeclined,
  type MeasurementQueue,
  openQueue,
  type QueueLog,
  type TargetJob,
} from './index.js';
import { keysBelow, loseEverything, openLine } from './testing.js';

const redisUrl = process.env['REDIS_URL'];
const log: QueueLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const thing of open.splice(0).toReversed()) await thing.close();
});

function url(): string {
  if (redisUrl === undefined) throw new Error('REDIS_URL is not set: run the tests with `npm test`');
  return redisUrl;
}

async function openTestQueue(): Promise<{ queue: MeasurementQueue; prefix: string }> {
  const prefix = `{test-${randomUUID()}}`;
  const queue = await openQueue({ redisUrl: url(), prefix, log });
  open.push(queue);
  return { queue, prefix };
}

/** Something that happens once. */
function gate(): { opened: Promise<void>; open: () => void } {
  const bell = new EventTarget();
  const opened = new Promise<void>((resolve) => bell.addEventListener('open', () => resolve()));
  return { opened, open: () => bell.dispatchEvent(new Event('open')) };
}

const job = (target: string, priority = 100): TargetJob => ({
  measurementId: randomUUID(),
  attempt: 1,
  target,
  priority,
});

/** Consumes into a list, and waits for its length. */
async function collect(queue: MeasurementQueue, targets: readonly string[]) {
  const seen: string[] = [];
  let next = gate();
  const consumer: Consumer = await queue.consume(targets, async ({ measurementId }) => {
    seen.push(measurementId);
    next.open();
    next = gate();
  });
  open.push(consumer);
  const until = async (count: number) => {
    while (seen.length < count) await next.opened;
    return seen;
  };
  return { until };
}

test('a job reaches a consumer of its target, with nothing but its id and attempt', async () => {
  const { queue } = await openTestQueue();
  const added = job('x86-cpu');
  const received = new Promise((resolve) => {
    void queue
      .consume(['x86-cpu'], async (payload, { target }) => resolve({ payload, target }))
      .then((c) => open.push(c));
  });
  await queue.enqueue([added]);
  expect(await received).toEqual({
    payload: { measurementId: added.measurementId, attempt: 1 },
    target: 'x86-cpu',
  });
});

test('jobs of lower priority number go first, equal ones in the order in which they came', async () => {
  const { queue } = await openTestQueue();
  const [late, first, second] = [job('t', 200), job('t', 10), job('t', 10)];
  await queue.enqueue([late, first, second]);
  const { until } = await collect(queue, ['t']);
  expect(await until(3)).toEqual([first, second, late].map(({ measurementId }) => measurementId));
});

test('a device does one job at a time, however many targets it serves', async () => {
  const { queue } = await openTestQueue();
  let running = 0;
  let most = 0;
  let done = 0;
  const all = gate();
  open.push(
    await queue.consume(['a', 'b', 'c'], async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
      done += 1;
      if (done === 9) all.open();
    }),
  );
  await queue.enqueue(['a', 'b', 'c'].flatMap((target) => [job(target), job(target), job(target)]));
  await all.opened;
  expect(most).toBe(1);
});

test('adding a job that is there already adds nothing', async () => {
  const { queue } = await openTestQueue();
  const [one, last] = [job('t'), job('t', 900)];
  await queue.enqueue([one]);
  await queue.enqueue([one, last]);
  const { until } = await collect(queue, ['t']);
  expect(await until(2)).toEqual([one.measurementId, last.measurementId]);
});

test('a consumer that waits goes on after everything in Redis was deleted', async () => {
  const { queue, prefix } = await openTestQueue();
  const before = job('t');
  await queue.enqueue([before]);
  const { until } = await collect(queue, ['t']);
  await until(1);
  await loseEverything(url(), prefix);
  const after = job('t');
  await queue.enqueue([after]);
  expect(await until(2)).toEqual([before.measurementId, after.measurementId]);
});

test('jobs that Redis lost are told from those it holds', async () => {
  const { queue, prefix } = await openTestQueue();
  const [lost, kept] = [job('t'), job('u')];
  await queue.enqueue([lost]);
  await loseEverything(url(), prefix);
  await queue.enqueue([kept]);
  expect(await queue.missing([lost, kept])).toEqual([lost]);
  expect(await queue.missing([])).toEqual([]);
});

test('a job in hand is not missing, an ended one leaves nothing behind', async () => {
  const { queue, prefix } = await openTestQueue();
  const added = job('t');
  const release = gate();
  const inHand = new Promise<Consumer>((resolve) => {
    const consumer = queue.consume(['t'], async () => {
      void consumer.then(resolve);
      await release.opened;
    });
  });
  await queue.enqueue([added]);
  const consumer = await inHand;
  expect(await queue.missing([added])).toEqual([]);
  const closed = consumer.close();
  release.open();
  await closed;
  expect(await queue.missing([added])).toEqual([added]);
  expect((await keysBelow(url(), prefix)).filter((key) => key.includes(added.measurementId))).toEqual([]);
});

test('a handler that throws takes the job off the queue, and the next job is done', async () => {
  const { queue } = await openTestQueue();
  const [bad, good] = [job('t', 1), job('t', 2)];
  const done = new Promise<string>((resolve) => {
    void queue
      .consume(['t'], async ({ measurementId }) => {
        if (measurementId === bad.measurementId) throw new Error('no');
        resolve(measurementId);
      })
      .then((consumer) => open.push(consumer));
  });
  await queue.enqueue([bad, good]);
  expect(await done).toBe(good.measurementId);
  expect(await queue.missing([bad])).toEqual([bad]);
});

test('a job that is declined goes back to the queue, where another consumer finds it', async () => {
  const { queue } = await openTestQueue();
  const wanted = job('t');
  const declined = gate();
  const unwilling = await queue.consume(['t'], async () => {
    declined.open();
    throw new JobDeclined('not here');
  });
  await queue.enqueue([wanted]);
  await declined.opened;
  await unwilling.close();
  expect(await queue.missing([wanted])).toEqual([]);
  const { until } = await collect(queue, ['t']);
  expect(await until(1)).toEqual([wanted.measurementId]);
});

test('closing at once aborts the signal of the job in hand', async () => {
  const { queue } = await openTestQueue();
  const began = gate();
  let aborted = false;
  const consumer = await queue.consume(['t'], async (_job, { signal }) => {
    began.open();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    aborted = signal.aborted;
  });
  await queue.enqueue([job('t')]);
  await began.opened;
  await consumer.close({ abort: true });
  expect(aborted).toBe(true);
});

test('Redis away at the start is said clearly', async () => {
  await expect(openQueue({ redisUrl: 'redis://127.0.0.1:1', prefix: '{x}', log })).rejects.toMatchObject({
    code: 'redis-unavailable',
    hint: expect.stringContaining('REDIS_URL'),
  });
});

test('Redis away later fails a request at once, and the connection heals by itself', async () => {
  const line = await openLine(url());
  const queue = await openQueue({ redisUrl: line.url, prefix: `{test-${randomUUID()}}`, log });
  open.push(line, queue);
  const waiting = job('t');
  const { until } = await collect(queue, ['t']);
  await line.cut();
  await untilAway(queue);
  await expect(queue.enqueue([waiting])).rejects.toMatchObject({ code: 'redis-unavailable' });
  await line.mend();
  await untilBack(queue);
  await queue.enqueue([waiting]);
  expect(await until(1)).toEqual([waiting.measurementId]);
});

const isThere = async (queue: MeasurementQueue): Promise<boolean> =>
  await queue.ping().then(
    () => true,
    () => false,
  );
const pause = async () => await new Promise((resolve) => setTimeout(resolve, 20));

async function untilAway(queue: MeasurementQueue): Promise<void> {
  while (await isThere(queue)) await pause();
}

async function untilBack(queue: MeasurementQueue): Promise<void> {
  while (!(await isThere(queue))) await pause();
}

import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { type ClientError, createClient, isFinal, type PlanUpdate } from './index.js';
import { eventAnswer, PLAN_ID, planAnswer, problem, sendJson, signalled, startTestServer } from './testing.js';

const QUICK = { retries: 1, baseMs: 1, maxMs: 2 };

const openStream = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });
const eventText = (seq: number) => `id: ${seq}\nevent: event\ndata: ${JSON.stringify(eventAnswer(seq))}\n\n`;
const planText = (more: Parameters<typeof planAnswer>[0] = {}) =>
  `event: plan\ndata: ${JSON.stringify(planAnswer(more))}\n\n`;

const nameOf = (update: PlanUpdate) => (update.kind === 'event' ? update.event.seq : update.plan.status);

async function collect(updates: AsyncIterable<PlanUpdate>): Promise<(number | string)[]> {
  const names: (number | string)[] = [];
  for await (const update of updates) names.push(nameOf(update));
  return names;
}

test('a plan is followed until it is final, whatever the pieces its stream arrives in', async () => {
  const text = `: hello\n\n${planText()}${eventText(1)}event: later\ndata: ?\n\n${eventText(2)}${planText({ status: 'verified', message: 'schön' })}`;
  await using server = await startTestServer((_request, response) => {
    openStream(response);
    for (const byte of Buffer.from(text)) response.write(Buffer.from([byte]));
  });
  const { plans } = createClient({ baseUrl: server.baseUrl });
  expect(await collect(plans.follow(PLAN_ID))).toEqual(['measuring', 1, 2, 'verified']);
  expect(server.seen[0]?.url).toBe(`/v1/plans/${PLAN_ID}/events`);
  await expect(plans.wait(PLAN_ID)).resolves.toMatchObject({ message: 'schön' });
});

test('a dropped connection is taken up after the last event, and no event comes twice', async () => {
  await using server = await startTestServer((_request, response, count) => {
    openStream(response);
    if (count === 0) response.write(eventText(1) + eventText(2), () => response.destroy());
    else if (count === 1) response.end(eventText(2) + eventText(3));
    else if (count === 2) response.write(eventText(4) + planText({ status: 'infeasible' }));
  });
  const { plans } = createClient({ baseUrl: server.baseUrl, retry: QUICK });
  expect(await collect(plans.follow(PLAN_ID))).toEqual([1, 2, 3, 4, 'infeasible']);
  expect(server.seen.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2', '3']);
});

test('following starts after the event that the caller knows', async () => {
  await using server = await startTestServer((_request, response) => {
    openStream(response).write(eventText(8) + planText({ status: 'cancelled' }));
  });
  const { plans } = createClient({ baseUrl: server.baseUrl });
  expect(await collect(plans.follow(PLAN_ID, { after: 7 }))).toEqual([8, 'cancelled']);
  expect(server.seen[0]?.headers['last-event-id']).toBe('7');
});

test('a restarting API is waited for, longer than for a single call', async () => {
  await using server = await startTestServer((_request, response, count) => {
    if (count === 0) openStream(response).write(eventText(1), () => response.destroy());
    else if (count < 6) sendJson(response, 503, problem(503, 'not-ready'));
    else openStream(response).write(planText({ status: 'verified' }));
  });
  const { plans } = createClient({ baseUrl: server.baseUrl, retry: QUICK });
  expect(await collect(plans.follow(PLAN_ID))).toEqual([1, 'verified']);
});

test('an API that stays away ends the following with its error', async () => {
  const server = await startTestServer((_request, response) => response.destroy());
  await server[Symbol.asyncDispose]();
  const { plans } = createClient({ baseUrl: server.baseUrl, retry: QUICK });
  await expect(collect(plans.follow(PLAN_ID))).rejects.toMatchObject({ code: 'api-unreachable' });
});

test('a refusal ends the following at once', async () => {
  await using server = await startTestServer((_request, response) =>
    sendJson(response, 404, problem(404, 'plan-unknown')),
  );
  const { plans } = createClient({ baseUrl: server.baseUrl, retry: QUICK });
  await expect(collect(plans.follow(PLAN_ID))).rejects.toMatchObject({
    code: 'plan-unknown',
  } satisfies Partial<ClientError>);
  expect(server.seen).toHaveLength(1);
});

test('an event of the wrong shape ends the following: the server is of another version', async () => {
  await using server = await startTestServer((_request, response) => {
    openStream(response).write('event: plan\ndata: {"id":1}\n\n');
  });
  const { plans } = createClient({ baseUrl: server.baseUrl, retry: QUICK });
  await expect(collect(plans.follow(PLAN_ID))).rejects.toMatchObject({ code: 'answer-invalid' });
});

test('an abort ends the following with its reason, and lets the connection go', async () => {
  const closed = signalled();
  await using server = await startTestServer((_request, response) => {
    response.on('close', closed.happened);
    openStream(response).write(eventText(1));
  });
  const { plans } = createClient({ baseUrl: server.baseUrl, retry: QUICK });
  const controller = new AbortController();
  const reason = new Error('enough');
  const heard: unknown[] = [];
  const following = (async () => {
    for await (const update of plans.follow(PLAN_ID, { signal: controller.signal })) {
      heard.push(nameOf(update));
      controller.abort(reason);
    }
  })();
  await expect(following).rejects.toBe(reason);
  await closed.promise;
  expect(heard).toEqual([1]);
});

test('a reader that stops early lets the connection go', async () => {
  const closed = signalled();
  await using server = await startTestServer((_request, response) => {
    response.on('close', closed.happened);
    openStream(response).write(eventText(1));
  });
  for await (const update of createClient({ baseUrl: server.baseUrl }).plans.follow(PLAN_ID)) {
    expect(nameOf(update)).toBe(1);
    break;
  }
  await closed.promise;
});

test('exactly the last four states are final', () => {
  const states = [
    'scoring',
    'measuring',
    'solving',
    'verifying',
    'verified',
    'infeasible',
    'failed',
    'cancelled',
  ] as const;
  expect(states.filter((status) => isFinal({ status }))).toEqual(['verified', 'infeasible', 'failed', 'cancelled']);
});

import { expect, test } from '@jest/globals';
import { ClientError, createClient } from './index.js';
import { modelAnswer, PLAN_ID, planAnswer, problem, sendJson, SHA, startTestServer } from './testing.js';

const QUICK = { retries: 3, baseMs: 1, maxMs: 4 };

const failureOf = async (work: Promise<unknown>): Promise<ClientError> => {
  const error: unknown = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof ClientError) return error;
  throw new Error('it should have failed with a ClientError', { cause: error });
};

test('a call is addressed, sent and parsed', async () => {
  await using server = await startTestServer((_request, response) => sendJson(response, 200, modelAnswer()));
  const model = await createClient({ baseUrl: `${server.baseUrl}/` }).models.get('a/b');
  expect(model).toEqual(modelAnswer());
  expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /v1/models/a%2Fb']);
});

test('bytes are uploaded as they are', async () => {
  await using server = await startTestServer((_request, response) => sendJson(response, 201, modelAnswer()));
  await createClient({ baseUrl: server.baseUrl }).models.upload(new Uint8Array([1, 0, 255]), { name: 'ä b' });
  const [request] = server.seen;
  expect(request?.url).toBe('/v1/models?name=%C3%A4+b');
  expect(request?.headers['content-type']).toBe('application/octet-stream');
  expect([...(request?.body ?? [])]).toEqual([1, 0, 255]);
});

const change = {
  verdict: 'no-change',
  ratio: 1,
  ci: [0.98, 1.02],
  referenceMs: 10,
  references: 3,
  noiseShare: 0.01,
  canaryCorrected: false,
};
const historyAnswer = {
  measurementId: PLAN_ID,
  statistic: 'p50',
  items: [
    {
      measurementId: PLAN_ID,
      at: '2026-01-01T00:00:00Z',
      agentId: null,
      agentName: null,
      valueMs: 10,
      ci: [9.9, 10.1],
      canaryMs: null,
      warnings: [],
      change,
    },
  ],
};

test('histories and regressions are asked for by what they are of', async () => {
  await using server = await startTestServer(({ url }, response) =>
    sendJson(response, 200, url.includes('history') ? historyAnswer : { judged: 3, regressions: [] }),
  );
  const { measurements } = createClient({ baseUrl: server.baseUrl });
  expect(await measurements.history(PLAN_ID, { limit: 5 })).toEqual(historyAnswer);
  const since = '2026-01-01T00:00:00.000Z';
  expect(await measurements.regressions({ target: 'x86-cpu', since })).toEqual({ judged: 3, regressions: [] });
  expect(server.seen.map(({ url }) => url)).toEqual([
    `/v1/measurements/${PLAN_ID}/history?limit=5`,
    `/v1/regressions?target=x86-cpu&since=${encodeURIComponent(since)}`,
  ]);
});

test('the canary is reported, also when the first answer is lost, and its readings are read back', async () => {
  const health = { status: 'healthy', targets: [], clearedAt: null };
  const reading = {
    target: 'cuda',
    at: '2026-01-01T00:00:00Z',
    outcome: { kind: 'failed' as const, code: 'probe-timeout', message: 'killed' },
  };
  await using server = await startTestServer(({ method }, response, count) => {
    if (count === 0) response.destroy();
    else sendJson(response, 200, method === 'POST' ? health : { readings: [reading] });
  });
  const { agents } = createClient({ baseUrl: server.baseUrl, retry: QUICK });
  expect(await agents.reportCanary(PLAN_ID, { readings: [reading] })).toEqual(health);
  expect(await agents.canary(PLAN_ID, { target: 'cuda', limit: 2 })).toEqual({ readings: [reading] });
  expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    `POST /v1/agents/${PLAN_ID}/canary`,
    `POST /v1/agents/${PLAN_ID}/canary`,
    `GET /v1/agents/${PLAN_ID}/canary?target=cuda&limit=2`,
  ]);
});

test('a list is read page after page', async () => {
  await using server = await startTestServer((_request, response, count) =>
    sendJson(response, 200, { items: [modelAnswer({ name: `${count}` })], nextCursor: count < 2 ? `c${count}` : null }),
  );
  const names: string[] = [];
  for await (const model of createClient({ baseUrl: server.baseUrl }).models.each({ limit: 1 })) names.push(model.name);
  expect(names).toEqual(['0', '1', '2']);
  expect(server.seen.map(({ url }) => url)).toEqual([
    '/v1/models?limit=1',
    '/v1/models?limit=1&cursor=c0',
    '/v1/models?limit=1&cursor=c1',
  ]);
});

test('the spec of a list of measurements travels as JSON', async () => {
  await using server = await startTestServer((_request, response) =>
    sendJson(response, 200, { items: [], nextCursor: null }),
  );
  await createClient({ baseUrl: server.baseUrl }).measurements.list({ target: 'x86-cpu', spec: { batch: 8 } });
  const query = new URL(server.seen[0]?.url ?? '', server.baseUrl).searchParams;
  expect(JSON.parse(query.get('spec') ?? '')).toEqual({ batch: 8 });
});

test("the API's problem becomes the error, with its code, hint and fields", async () => {
  const errors = [{ path: '/budgets', message: 'is empty' }];
  const answer = problem(422, 'plan-invalid', { detail: 'no budget', hint: 'give one', errors, instance: 'r-1' });
  await using server = await startTestServer((_request, response) => sendJson(response, 422, answer));
  const error = await failureOf(createClient({ baseUrl: server.baseUrl }).plans.create({ modelId: SHA, budgets: [] }));
  expect(error).toMatchObject({
    code: 'plan-invalid',
    message: 'no budget',
    status: 422,
    hint: 'give one',
    violations: errors,
    requestId: 'r-1',
  });
});

test('an answer of the wrong shape is noticed, and says which field', async () => {
  await using server = await startTestServer((_request, response) =>
    sendJson(response, 200, { ...modelAnswer(), macs: 'many' }),
  );
  const error = await failureOf(createClient({ baseUrl: server.baseUrl }).models.get(SHA));
  expect(error.code).toBe('answer-invalid');
  expect(error.message).toContain('/macs');
});

test.each([
  [200, 'answer-invalid'],
  [404, 'answer-failed'],
])('a web page with status %i is no answer of the API', async (status, code) => {
  await using server = await startTestServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<html>hello</html>');
  });
  const error = await failureOf(createClient({ baseUrl: server.baseUrl, retry: QUICK }).models.get(SHA));
  expect(error).toMatchObject({ code, status });
  expect(server.seen).toHaveLength(1);
});

test('a read is tried again while the API is busy', async () => {
  await using server = await startTestServer((_request, response, count) => {
    if (count < 2) sendJson(response, 503, problem(503, 'not-ready'));
    else sendJson(response, 200, modelAnswer());
  });
  await expect(createClient({ baseUrl: server.baseUrl, retry: QUICK }).models.get(SHA)).resolves.toEqual(modelAnswer());
  expect(server.seen).toHaveLength(3);
});

test('a read is tried again when its connection breaks, even in the middle of the answer', async () => {
  await using server = await startTestServer((_request, response, count) => {
    if (count === 0) response.destroy();
    else if (count === 1) {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"half":', () => response.destroy());
    } else sendJson(response, 200, modelAnswer());
  });
  await expect(createClient({ baseUrl: server.baseUrl, retry: QUICK }).models.get(SHA)).resolves.toEqual(modelAnswer());
  expect(server.seen).toHaveLength(3);
});

test('the tries end', async () => {
  await using server = await startTestServer((_request, response) =>
    sendJson(response, 503, problem(503, 'not-ready')),
  );
  const error = await failureOf(createClient({ baseUrl: server.baseUrl, retry: QUICK }).models.get(SHA));
  expect(error).toMatchObject({ code: 'not-ready', status: 503 });
  expect(server.seen).toHaveLength(4);
});

test('what must not happen twice is asked for once', async () => {
  await using server = await startTestServer((_request, response) => response.destroy());
  const client = createClient({ baseUrl: server.baseUrl, retry: QUICK });
  await expect(
    failureOf(client.plans.create({ modelId: SHA, budgets: [{ target: 't', statistic: 'p50', ratio: 0.5 }] })),
  ).resolves.toMatchObject({ code: 'api-unreachable' });
  await failureOf(client.measurements.create([{ subject: SHA, target: 't', fresh: true }]));
  expect(server.seen).toHaveLength(2);
});

test('a refusal is not tried again', async () => {
  await using server = await startTestServer((_request, response) =>
    sendJson(response, 404, problem(404, 'model-unknown')),
  );
  await failureOf(createClient({ baseUrl: server.baseUrl, retry: QUICK }).models.get(SHA));
  expect(server.seen).toHaveLength(1);
});

test('nobody there: the error says where it looked and what to do', async () => {
  const server = await startTestServer((_request, response) => response.destroy());
  await server[Symbol.asyncDispose]();
  const error = await failureOf(createClient({ baseUrl: server.baseUrl, retry: { retries: 0 } }).models.get(SHA));
  expect(error.code).toBe('api-unreachable');
  expect(error.message).toContain(server.baseUrl);
  expect(error.hint).toContain('espalier up');
});

test('an API that never answers counts as unreachable', async () => {
  await using server = await startTestServer(() => undefined);
  const client = createClient({ baseUrl: server.baseUrl, retry: { retries: 0 }, timeoutMs: 30 });
  await expect(failureOf(client.models.get(SHA))).resolves.toMatchObject({
    code: 'api-unreachable',
    message: expect.stringContaining('does not answer'),
  });
});

test('an aborted call rejects with the reason of its signal, waiting for an answer or for the next try', async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  await using server = await startTestServer((_request, response, count) => {
    if (count === 0) controller.abort(reason);
    else sendJson(response, 200, planAnswer());
  });
  const client = createClient({ baseUrl: server.baseUrl, retry: { retries: 5, baseMs: 60_000, maxMs: 60_000 } });
  await expect(client.models.get(SHA, { signal: controller.signal })).rejects.toBe(reason);
  await expect(client.models.get(SHA, { signal: controller.signal })).rejects.toBe(reason);
  expect(server.seen).toHaveLength(1);
});

test.each(['127.0.0.1:8080', 'ftp://x', 'http://'])('%j is no address, and the hint shows one', (baseUrl) => {
  expect(() => createClient({ baseUrl })).toThrow(/is not the address of an API/);
});

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parserOf, Problem } from '@espalier/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { startApi } from './start.js';
import { type ApiScene, openApiScene } from './testing/scene.js';

const main = fileURLToPath(new URL('./main.js', import.meta.url));
const parseProblem = parserOf('Problem', Problem);
let api: ApiScene;
let webDir: string;

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'espalier-web-'));
  await mkdir(join(webDir, 'assets'));
  await writeFile(join(webDir, 'index.html'), '<title>dashboard</title>');
  await writeFile(join(webDir, 'assets', 'app-1234.js'), 'export {};');
  api = await openApiScene({ webDir });
});
afterAll(async () => {
  await api.close();
  await rm(webDir, { recursive: true });
});

const page = async (path: string, accept = 'text/html') => {
  const response = await fetch(`${api.url}${path}`, { headers: { accept } });
  const { status, headers } = response;
  return {
    status,
    type: headers.get('content-type'),
    cache: headers.get('cache-control'),
    text: await response.text(),
  };
};

/** The process as the command line starts it. */
function startMain(changes: Record<string, string>) {
  const { databaseUrl, redisUrl, artifactsDir, queuePrefix } = api.config;
  const child = fork(main, [], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      ESPALIER_ARTIFACTS_DIR: artifactsDir,
      ESPALIER_QUEUE_PREFIX: queuePrefix,
      ESPALIER_PORT: '0',
      ESPALIER_LOG_LEVEL: 'silent',
      ...changes,
    },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, 'exit').then(([code]: unknown[]) => ({ code, stderr }));
  const ready = once(child, 'message').then(([message]: unknown[]) => message);
  return { child, ended, ready };
}

test('the API is ready when Postgres and Redis answer', async () => {
  expect(await api.get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
  expect(await api.get('/readyz')).toMatchObject({ status: 200, body: { status: 'ok' } });
});

test('an address that does not exist is a problem, whatever the method', async () => {
  for (const answer of [await api.get('/v1/nothing'), await api.post('/v1/nothing', {}), await api.get('/v2/models')]) {
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(parseProblem(answer.body)).toMatchObject({ code: 'route-unknown', instance: expect.any(String) });
  }
});

async function sendPlan(type: string, body: string) {
  const response = await fetch(`${api.url}/v1/plans`, { method: 'POST', headers: { 'content-type': type }, body });
  return parseProblem(await response.json());
}

test('a body that is no JSON, and one of an unknown kind, are problems', async () => {
  expect(await sendPlan('application/json', '{')).toMatchObject({ status: 400, code: 'request-invalid' });
  expect(await sendPlan('text/csv', 'a,b')).toMatchObject({ status: 415, code: 'media-type-unsupported' });
  expect(await sendPlan('application/json', JSON.stringify('x'.repeat(5 * 2 ** 20)))).toMatchObject({
    status: 413,
    code: 'body-too-large',
  });
});

test('browsers get the dashboard at every address of its own, programs get problems', async () => {
  const dashboard = { status: 200, type: 'text/html; charset=utf-8', text: '<title>dashboard</title>' };
  expect(await page('/')).toMatchObject({ ...dashboard, cache: 'no-cache' });
  expect(await page('/plans/1')).toMatchObject(dashboard);
  expect(await page('/assets/app-1234.js')).toMatchObject({ status: 200, cache: expect.stringContaining('immutable') });
  expect(await page('/plans/1', 'application/json')).toMatchObject({ status: 404 });
  expect(await page('/v1/plans/x/y')).toMatchObject({ status: 404 });
});

test('the document names every route and every contract, and refers to nothing that is not there', async () => {
  const { body } = await api.get('/openapi.json');
  expect(body).toMatchObject({ openapi: '3.1.0', info: { title: 'Espalier' } });
  const text = JSON.stringify(body);
  const paths = Object.keys(Object(body['paths']));
  expect(paths).toEqual(
    expect.arrayContaining([
      '/v1/plans/{planId}/events',
      '/v1/models/{modelId}/blocks',
      '/v1/models/{modelId}/filter-groups',
      '/v1/models/{modelId}/filter-recipes',
      '/v1/models/{modelId}/filter-scores/{criterion}',
      '/v1/models/{modelId}/scores/{criterion}',
      '/v1/datasets/{sha256}',
    ]),
  );
  const named = new Set(Object.keys(Object(Object(body['components'])['schemas'])));
  const referred = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(new Set(referred.filter((name) => name !== undefined && !named.has(name)))).toEqual(new Set());
  expect(referred).toEqual(
    expect.arrayContaining([
      'Plan',
      'Problem',
      'Measurement',
      'LatencyEstimate',
      'ScoreResult',
      'Dataset',
      'FilterGroup',
    ]),
  );
  expect(text).not.toMatch(/"items":\[/);
  const recipe = Object(body['components'])['schemas']['Recipe'];
  expect(recipe).toMatchObject({ properties: { remove: { default: [] } } });
  expect(recipe).not.toHaveProperty('required'); // everything in it has a default or is optional
});

test('the page of the document needs nothing from outside', async () => {
  const { status, text } = await page('/docs/');
  expect(status).toBe(200);
  expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
});

test('a port that is taken is said with what helps, and nothing is left open', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(startApi({ ...api.config, port }, pino({ level: 'silent' }))).rejects.toMatchObject({
    code: 'port-taken',
    message: expect.stringContaining(String(port)),
    hint: expect.stringContaining('ESPALIER_PORT'),
  });
  other.close();
});

test.each([
  ['Postgres', { databaseUrl: 'postgres://nobody@127.0.0.1:1/none' }, 'database-unavailable'],
  ['Redis', { redisUrl: 'redis://127.0.0.1:1' }, 'redis-unavailable'],
])('%s away at the start is said clearly', async (_what, changes, code) => {
  await expect(startApi({ ...api.config, ...changes }, pino({ level: 'silent' }))).rejects.toMatchObject({ code });
});

test('the process says where it listens, and ends by itself on SIGTERM', async () => {
  const { child, ended, ready } = startMain({});
  const message = Object(await ready);
  expect(message).toMatchObject({ ready: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
  expect((await fetch(`${String(message['url'])}/healthz`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await ended).toEqual({ code: 0, stderr: '' });
});

test('the process ends with its parent when it is told to', async () => {
  const { child, ended, ready } = startMain({ ESPALIER_EXIT_WITH_PARENT: '1' });
  await ready;
  child.disconnect();
  expect(await ended).toMatchObject({ code: 0 });
});

test('a process that cannot start says why in two lines', async () => {
  const { ended } = startMain({ ESPALIER_PORT: 'eighty', REDIS_URL: '' });
  const { code, stderr } = await ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /REDIS_URL is missing.*ESPALIER_PORT is 'eighty'|ESPALIER_PORT is 'eighty'.*REDIS_URL is missing/,
  );
  expect(stderr.trim().split('\n')).toHaveLength(2);
});

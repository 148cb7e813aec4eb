import { EventEmitter, once } from 'node:events';
import { mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { StackError } from './error.js';
import { freePort } from './free-port.js';
import { type Stack, type StackOptions, startStack } from './stack.js';
import { isRunning, makeSandbox, type Sandbox, servicesIn } from './testing/sandbox.js';

let sandbox: Sandbox;
let open: Stack[] = [];
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(async () => {
  await Promise.all(open.map((stack) => stack.close()));
  open = [];
  sandbox.remove();
});

const log = { info: () => undefined };

async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  const stack = await startStack({ log, env: { PATH: process.env['PATH'], TMPDIR: sandbox.path }, ...options });
  open.push(stack);
  return stack;
}

async function sql(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement);
    return rows;
  } finally {
    await client.end();
  }
}

/** Sends lines to Redis and returns what it answers before it closes. */
async function redis(url: string, ...lines: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8');
  socket.end([...lines, 'QUIT', ''].join('\r\n'));
  let answer = '';
  for await (const text of socket) answer += String(text);
  return answer;
}

const login = (url: string): string => `AUTH ${new URL(url).password}`;

test('starts an empty UTF-8 database and a Redis that forgets nothing, both closed to those without a password', async () => {
  const { databaseUrl, redisUrl } = await start();
  expect(
    await sql(
      databaseUrl,
      "select upper('ä') as upper, current_database() as name, current_setting('timezone') as zone",
    ),
  ).toEqual([{ upper: 'Ä', name: 'espalier', zone: 'UTC' }]);
  const withoutPassword = new URL(databaseUrl);
  withoutPassword.password = 'guess';
  await expect(sql(withoutPassword.href, 'select 1')).rejects.toThrow(/password authentication failed/);

  expect(await redis(redisUrl, 'PING')).toContain('NOAUTH');
  expect(await redis(redisUrl, login(redisUrl), 'CONFIG GET maxmemory-policy')).toContain('noeviction');
});

test('leaves nothing behind when it is closed, even twice', async () => {
  const stack = await start();
  const services = servicesIn(sandbox.folders());
  expect(services.filter(isRunning)).toHaveLength(2);
  await Promise.all([stack.close(), stack.close()]);
  expect(services.filter(isRunning)).toEqual([]);
  expect(sandbox.folders()).toEqual([]);
});

test('keeps what was written in a data folder, in Postgres and in Redis', async () => {
  const dataDir = join(sandbox.path, 'data');
  const first = await start({ dataDir });
  await sql(first.databaseUrl, 'create table kept as select 42 as answer');
  await redis(first.redisUrl, login(first.redisUrl), 'SET kept 42');
  await first.close();

  const second = await start({ dataDir });
  expect(await sql(second.databaseUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
  expect(await redis(second.redisUrl, login(second.redisUrl), 'GET kept')).toContain('42');
});

test('keeps data below a folder that is closed to others, also for root, whose Postgres another user runs', async () => {
  const closed = join(sandbox.path, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  const dataDir = join(closed, 'data');
  const first = await start({ dataDir });
  await sql(first.databaseUrl, 'create table kept as select 42 as answer');
  await first.close();

  const second = await start({ dataDir });
  expect(await sql(second.databaseUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
  await second.close();
  rmSync(realpathSync(join(dataDir, 'postgres')), { recursive: true }); // root's lies elsewhere
});

test('uses the services that are given and starts none', async () => {
  const given = { databaseUrl: 'postgresql://elsewhere/db', redisUrl: 'redis://elsewhere' };
  const stack = await start({ ...given, dataDir: join(sandbox.path, 'data') });
  expect(stack).toMatchObject(given);
  expect(readdirSync(sandbox.path)).toEqual([]);
});

test('says which port is taken, and stops what it had started', async () => {
  const port = await freePort();
  const other = await listen(port);
  const dataDir = join(sandbox.path, 'data');
  await expect(startStack({ dataDir, redisPort: port, log })).rejects.toMatchObject({
    code: 'port-taken',
    message: expect.stringContaining(String(port)),
  });
  await expect(startStack({ dataDir, postgresPort: port, log })).rejects.toMatchObject({ code: 'port-taken' });
  expect(servicesIn([join(dataDir, 'postgres'), join(dataDir, 'redis')])).toEqual([]);
  other.close();
});

test('says how to install a redis-server that is missing', async () => {
  const failure = startStack({
    databaseUrl: 'postgresql://elsewhere/db',
    cacheDir: sandbox.path,
    env: { PATH: sandbox.path },
    log,
  });
  await expect(failure).rejects.toThrow(StackError);
  await expect(failure).rejects.toMatchObject({ code: 'redis-missing', hint: expect.stringContaining('REDIS_URL') });
});

test('says why a data folder is of no use', async () => {
  const dataDir = join(sandbox.path, 'a-file');
  writeFileSync(dataDir, '');
  const failure = startStack({ dataDir, redisUrl: 'redis://elsewhere', log });
  await expect(failure).rejects.toMatchObject({ code: 'data-folder-unusable' });
});

test('tells when Postgres ends by itself, with its last words', async () => {
  const dataDir = join(sandbox.path, 'data');
  const events = new EventEmitter();
  const lost = once(events, 'lost');
  await start({ dataDir, redisUrl: 'redis://elsewhere', onLost: (error) => events.emit('lost', error) });
  for (const pid of servicesIn([join(dataDir, 'postgres')])) process.kill(pid, 'SIGTERM');
  const [error] = await lost;
  expect(error).toMatchObject({ code: 'postgres-failed', message: expect.stringContaining('shut down') });
});

function listen(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openSpool, type Parcel } from './spool.js';
import { listeningLog, type Respond, sendJson, sendProblem, startStandIn, type StandIn, until } from './testing.js';

const AGENT = '018f3f5c-0000-7000-8000-00000000000a';
const ONE = '018f3f5c-0000-7000-8000-000000000001';
const TWO = '018f3f5c-0000-7000-8000-000000000002';

const parcelOf = (measurementId: string, attempt = 1): Parcel => ({
  measurementId,
  delivery: { agentId: AGENT, attempt, outcome: { kind: 'failed', failure: { code: 'model-invalid', message: 'no' } } },
});

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'espalier-spool-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function withSpool(
  respond: Respond,
  use: (spool: Awaited<ReturnType<typeof openSpool>>, api: StandIn) => Promise<void>,
) {
  await using api = await startStandIn(respond);
  const { log } = listeningLog();
  const spool = await openSpool({ dir, client: api.client, log, random: () => 0 });
  try {
    await use(spool, api);
  } finally {
    await spool.close();
  }
}

const accept: Respond = (_seen, response) => sendJson(response, 200, { accepted: true });

test('an outcome is delivered at once and leaves nothing on the disk', async () => {
  await withSpool(accept, async (spool, api) => {
    await spool.send(parcelOf(ONE));
    expect(api.seen).toEqual([{ path: `/v1/measurements/${ONE}/result`, body: parcelOf(ONE).delivery }]);
    expect(await readdir(dir)).toEqual([]);
  });
});

test('what cannot be delivered stays on the disk for the next start, and is delivered then once', async () => {
  await withSpool(
    (_seen, response) => response.destroy(),
    async (spool) => {
      await spool.send(parcelOf(ONE, 2));
      await spool.send(parcelOf(TWO));
    },
  );
  expect((await readdir(dir)).toSorted()).toEqual([`${ONE}-2.json`, `${TWO}-1.json`]);
  await withSpool(accept, async (spool, api) => {
    await expect(spool.flush()).resolves.toBe(0);
    expect(api.seen.map(({ path }) => path)).toEqual([
      `/v1/measurements/${ONE}/result`,
      `/v1/measurements/${TWO}/result`,
    ]);
    expect(await readdir(dir)).toEqual([]);
    await expect(spool.flush()).resolves.toBe(0);
    expect(api.seen).toHaveLength(2);
  });
});

test('what cannot be delivered is tried again by itself', async () => {
  await withSpool(
    (_seen, response, count) =>
      count < 2 ? sendProblem(response, 503, 'not-ready') : sendJson(response, 200, { accepted: false }),
    async (spool, api) => {
      await spool.send(parcelOf(ONE));
      await until(async () => (await readdir(dir)).length === 0);
      expect(api.seen).toHaveLength(3);
    },
  );
});

test.each([404, 409])('an outcome that nobody waits for any more (%i) is dropped', async (status) => {
  await withSpool(
    (_seen, response) => sendProblem(response, status, 'gone'),
    async (spool, api) => {
      await spool.send(parcelOf(ONE));
      expect(api.seen).toHaveLength(1);
      expect(await readdir(dir)).toEqual([]);
    },
  );
});

test('a result that the API refuses is replaced by a failure that says so; that refused too, it is dropped', async () => {
  await withSpool(
    (_seen, response) => sendProblem(response, 413, 'body-too-large'),
    async (spool, api) => {
      await spool.send(parcelOf(ONE));
      expect(api.seen).toHaveLength(2);
      expect(api.seen[1]?.body).toMatchObject({
        outcome: {
          kind: 'failed',
          failure: { code: 'result-refused', message: expect.stringContaining('body-too-large') },
        },
      });
      expect(await readdir(dir)).toEqual([]);
    },
  );
});

test('a spooled file that cannot be read is put aside, half-written ones are removed, the rest is delivered', async () => {
  await writeFile(join(dir, 'broken.json'), '{');
  await writeFile(join(dir, `${TWO}-1.json.x.part`), '{"measu');
  await writeFile(join(dir, `${ONE}-1.json`), JSON.stringify(parcelOf(ONE)));
  await withSpool(accept, async (spool, api) => {
    await expect(spool.flush()).resolves.toBe(0);
    expect(api.seen).toHaveLength(1);
    expect(await readdir(dir)).toEqual(['broken.json.unreadable']);
  });
});

test('an outcome is delivered even when the disk takes no file', async () => {
  await withSpool(accept, async (spool, api) => {
    await rm(dir, { recursive: true });
    await spool.send(parcelOf(ONE));
    expect(api.seen).toHaveLength(1);
    await mkdir(dir);
  });
});

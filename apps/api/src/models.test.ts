import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BlockList, parserOf, ScoreList } from '@espalier/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiScene, openApiScene } from './testing/scene.js';
import { residualNetwork } from './testing/models.js';

const file = residualNetwork({ blocks: 3 });
const modelId = createHash('sha256').update(file).digest('hex');
const parseBlocks = parserOf('BlockList', BlockList);
const parseScores = parserOf('ScoreList', ScoreList);
let api: ApiScene;

beforeAll(async () => {
  api = await openApiScene();
  await api.upload('/v1/models?name=net', file);
});
afterAll(async () => await api.close());

const unfinished = async () => await readdir(join(api.config.artifactsDir, 'staging'));

test('an uploaded model is looked through: its size, its inputs and its work', async () => {
  const { status, body } = await api.get(`/v1/models/${modelId}`);
  expect(status).toBe(200);
  // 7 convolutions of 3×3 at 8×8, the first with 3 channels; and 8 × 4 of the last layer.
  const macs = 3 * 8 * 9 * 64 + 6 * (8 * 8 * 9 * 64) + 8 * 4;
  expect(body).toMatchObject({
    id: modelId,
    name: 'net',
    sizeBytes: file.length,
    macs,
    inputs: [{ name: 'input', elementType: 'float32', dims: ['batch', 3, 8, 8] }],
    outputs: [{ name: 'logits' }],
  });
  expect(await unfinished()).toEqual([]);
});

test('the same file again, also at once, is the same model', async () => {
  const other = residualNetwork({ blocks: 1, seed: 7 });
  const first = await Promise.all([1, 2, 3].map(async () => await api.upload('/v1/models?name=other', other)));
  expect(first.map(({ status }) => String(status)).toSorted()).toEqual(['200', '200', '201']);
  const again = await api.upload('/v1/models?name=renamed', other);
  expect(again).toMatchObject({ status: 200, body: { name: 'other' } });
  expect(first[0]?.body).toEqual(again.body);
});

const blocksAt = async (granularity: string) =>
  parseBlocks((await api.get(`/v1/models/${modelId}/blocks?granularity=${granularity}`)).body);

test('blocks are found in the order of the data’s flow, at both granularities', async () => {
  const found = await blocksAt('block');
  expect(found).toMatchObject({ modelId, granularity: 'block' });
  expect(found.blocks.filter(({ removable }) => removable).map(({ name }) => name)).toEqual(['b0', 'b1', 'b2']);
  expect(await blocksAt('block')).toEqual(found);
  expect((await blocksAt('layer')).blocks.length).toBeGreaterThan(found.blocks.length);
});

test('scores have one importance a block, and random ones stay the same', async () => {
  const { body } = await api.get(`/v1/models/${modelId}/scores/random`);
  const { blocks } = await blocksAt('block');
  expect(parseScores(body).scores.map(({ index }) => index)).toEqual(blocks.map(({ index }) => index));
  expect((await api.get(`/v1/models/${modelId}/scores/random`)).body).toEqual(body);
});

test.each([
  ['bytes that are no model', Buffer.from('not a model at all'), 422, 'not-onnx'],
  ['half a model', file.subarray(0, file.length / 2), 422, 'truncated'],
  ['a name with NUL', residualNetwork({ blocks: 1, prefix: 'a\0' }), 422, 'damaged'],
  ['nothing', Buffer.alloc(0), 422, 'artifact-empty'],
  ['more than the limit', Buffer.alloc(2 ** 20 + 1, 1), 413, 'artifact-too-large'],
])('%s is refused, and nothing of it is kept', async (_what, bytes, status, code) => {
  const before = await api.get('/v1/models?limit=500');
  expect(await api.upload('/v1/models', bytes)).toMatchObject({
    status,
    body: { code, status, type: `urn:espalier:problem:${code}` },
  });
  expect((await api.get('/v1/models?limit=500')).body).toEqual(before.body);
  expect(await unfinished()).toEqual([]);
});

test('a large upload that is refused early still gets its answer', async () => {
  const piece = new Uint8Array(2 ** 16);
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 1;
      if (sent > 256) controller.close();
      else controller.enqueue(piece);
    },
  });
  const response = await fetch(`${api.url}/v1/models`, {
    method: 'POST',
    body: endless,
    headers: { 'content-type': 'application/octet-stream' },
    duplex: 'half',
  });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ code: 'artifact-too-large', hint: expect.any(String) });
});

test('an upload that breaks off leaves nothing behind', async () => {
  const broken = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new Uint8Array(1000));
      setTimeout(() => controller.error(new Error('gone')), 20);
    },
  });
  const sending = fetch(`${api.url}/v1/models`, {
    method: 'POST',
    body: broken,
    headers: { 'content-type': 'application/octet-stream' },
    duplex: 'half',
  });
  await expect(sending).rejects.toThrow();
  while ((await unfinished()).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect((await api.get('/healthz')).status).toBe(200);
});

const shapes = (value: unknown) => `/v1/models?inputShapes=${encodeURIComponent(JSON.stringify(value))}`;

test('shapes of inputs can be given, and are looked at before the file', async () => {
  const given = await api.upload(shapes({ input: [2, 3, 8, 8] }), residualNetwork({ blocks: 1, seed: 3 }));
  expect(given).toMatchObject({ status: 201 });
  expect(await api.upload(shapes([1]), file)).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
  expect(await api.upload(shapes({ input: ['x'] }), file)).toMatchObject({ status: 400 });
});

test('a body of another kind is refused', async () => {
  expect(await api.post('/v1/models', { hello: 1 })).toMatchObject({
    status: 415,
    body: { code: 'media-type-unsupported', hint: expect.stringContaining('octet-stream') },
  });
});

test('an artifact is its bytes, and a reader that has them gets none', async () => {
  const response = await fetch(`${api.url}/v1/artifacts/${modelId}`);
  expect(response.headers.get('etag')).toBe(`"${modelId}"`);
  expect(response.headers.get('content-length')).toBe(String(file.length));
  expect(Buffer.from(await response.arrayBuffer()).equals(file)).toBe(true);
  for (const known of [`"${modelId}"`, `"other", W/"${modelId}"`, '*']) {
    expect((await api.get(`/v1/artifacts/${modelId}`, { 'if-none-match': known })).status).toBe(304);
  }
  expect((await api.get(`/v1/artifacts/${'f'.repeat(64)}`)).body).toMatchObject({ code: 'artifact-unknown' });
});

test('an artifact is saved under its hash, or as asked for', async () => {
  const dispositionOf = async (query: string) =>
    (await fetch(`${api.url}/v1/artifacts/${modelId}${query}`)).headers.get('content-disposition');
  const byHash = `attachment; filename="${modelId}.onnx"`;
  expect(await dispositionOf('')).toBe(byHash);
  const name = new URLSearchParams({ name: 'modèle (v2), "a"' });
  expect(await dispositionOf(`?${name.toString()}`)).toBe(
    `${byHash}; filename*=UTF-8''mod%C3%A8le%20%28v2%29%2C%20%22a%22.onnx`,
  );
});

test('a candidate is made from a recipe once; what cannot go is refused with its reason', async () => {
  const { blocks } = await blocksAt('block');
  const [first = -1, second = -1] = blocks.filter(({ removable }) => removable).map(({ index }) => index);
  const made = await api.post('/v1/candidates', { modelId, recipe: { remove: [second, first] } });
  expect(made).toMatchObject({ status: 200, body: { recipe: { granularity: 'block', remove: [first, second] } } });
  const again = await api.post('/v1/candidates', { modelId, recipe: { remove: [first, second] } });
  expect(again.body).toEqual(made.body);
  expect((await api.get(`/v1/candidates/${String(made.body['id'])}`)).body).toEqual(made.body);
  expect((await api.get(`/v1/candidates?modelId=${modelId}`)).body).toMatchObject({ items: [made.body] });
  const stem = (await blocksAt('layer')).blocks.find(({ removable }) => !removable);
  for (const [index, code] of [
    [stem?.index, 'block-not-removable'],
    [999, 'block-unknown'],
  ]) {
    const recipe = { granularity: 'layer', remove: [index] };
    expect(await api.post('/v1/candidates', { modelId, recipe })).toMatchObject({ status: 422, body: { code } });
  }
});

test('a pruned model can be uploaded as it is; for an unknown model it is refused', async () => {
  const pruned = residualNetwork({ blocks: 2 });
  const made = await api.upload(`/v1/models/${modelId}/candidates`, pruned);
  expect(made).toMatchObject({ status: 201, body: { modelId, recipe: null, sizeBytes: pruned.length } });
  expect(await api.upload(`/v1/models/${modelId}/candidates`, pruned)).toMatchObject({ status: 200, body: made.body });
  expect(await api.upload(`/v1/models/${'f'.repeat(64)}/candidates`, pruned)).toMatchObject({
    status: 404,
    body: { code: 'model-unknown' },
  });
  expect(await api.upload(`/v1/models/${modelId}/candidates`, 'garbage')).toMatchObject({ status: 422 });
  expect(await unfinished()).toEqual([]);
});

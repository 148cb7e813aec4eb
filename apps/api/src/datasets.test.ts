import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { compressedNpz } from './testing/npz.js';
import { type ApiScene, openApiScene } from './testing/scene.js';

const SAMPLES = 12;
const image = { name: 'input', type: '<f4', shape: [SAMPLES, 3, 8, 8], bytes: Buffer.alloc(SAMPLES * 3 * 8 * 8 * 4) };
const labels = {
  name: 'labels',
  type: '|u1',
  shape: [SAMPLES],
  bytes: Buffer.from(Array.from({ length: SAMPLES }, (_, at) => at % 4)),
};
const file = compressedNpz([image, labels]);
const sha256 = createHash('sha256').update(file).digest('hex');
let api: ApiScene;

beforeAll(async () => {
  api = await openApiScene();
});
afterAll(async () => await api.close());

const unfinished = async () => await readdir(join(api.config.artifactsDir, 'staging'));

test('calibration data is looked over and kept; the same file again is the same data set', async () => {
  const dataset = {
    sha256,
    sizeBytes: file.length,
    samples: SAMPLES,
    classes: 4,
    arrays: [
      { name: 'input', elementType: 'float32', shape: [SAMPLES, 3, 8, 8] },
      { name: 'labels', elementType: 'uint8', shape: [SAMPLES] },
    ],
  };
  expect(await api.upload('/v1/datasets', file)).toMatchObject({ status: 201, body: dataset });
  expect(await api.upload('/v1/datasets', file)).toMatchObject({ status: 200, body: dataset });
  expect((await api.get(`/v1/datasets/${sha256}`)).body).toEqual(dataset);
  const artifact = await fetch(`${api.url}/v1/artifacts/${sha256}`);
  expect(artifact.headers.get('content-disposition')).toBe(`attachment; filename="${sha256}.npz"`);
  expect(Buffer.from(await artifact.arrayBuffer()).equals(file)).toBe(true);
  expect(await unfinished()).toEqual([]);
});

test('data without labels has no classes', async () => {
  expect((await api.upload('/v1/datasets', compressedNpz([image]))).body).toMatchObject({ classes: null });
});

test('the same bytes can be input data as well, whichever they were first', async () => {
  const both = compressedNpz([{ ...image, name: 'both' }]);
  const { body } = await api.upload('/v1/inputs', both);
  expect(await api.upload('/v1/datasets', both)).toMatchObject({ status: 201, body: { sha256: body['sha256'] } });
  expect(await api.upload('/v1/inputs', file)).toMatchObject({ status: 200, body: { sha256 } });
});

test('what is no calibration data is refused, and nothing of it is kept', async () => {
  // A megabyte and more of zeros is a kilobyte of file.
  const bomb = { ...image, shape: [6000, 3, 8, 8], bytes: Buffer.alloc(6000 * 3 * 8 * 8 * 4) };
  const uneven = { ...labels, shape: [SAMPLES - 1], bytes: labels.bytes.subarray(1) };
  const cases: [string | Buffer<ArrayBuffer>, number, string][] = [
    ['no array', 422, 'dataset-invalid'],
    [file.subarray(0, file.length - 30), 422, 'dataset-invalid'],
    [compressedNpz([image, uneven]), 422, 'dataset-invalid'],
    [compressedNpz([bomb]), 422, 'dataset-invalid'],
    ['', 422, 'artifact-empty'],
    [Buffer.alloc(2 ** 20 + 1), 413, 'artifact-too-large'],
  ];
  for (const [bytes, status, code] of cases) {
    expect(await api.upload('/v1/datasets', bytes)).toMatchObject({ status, body: { code } });
  }
  expect(await api.post('/v1/datasets', {})).toMatchObject({ status: 415, body: { code: 'media-type-unsupported' } });
  expect(await unfinished()).toEqual([]);
});

test('data that nobody uploaded is not there', async () => {
  expect(await api.get(`/v1/datasets/${'f'.repeat(64)}`)).toMatchObject({
    status: 404,
    body: { code: 'dataset-unknown', hint: expect.stringContaining('/v1/datasets') },
  });
});

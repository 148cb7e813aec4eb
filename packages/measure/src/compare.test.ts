import { ComparisonResult, parserOf, resolveSpec } from '@espalier/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { compare } from './compare.js';
import { type ModelFolder, modelFolder } from './testing/model-folder.js';
import { convChain } from './testing/small-models.js';

const parseResult = parserOf('ComparisonResult', ComparisonResult);

let models: ModelFolder;

beforeAll(async () => {
  models = await modelFolder();
});

afterAll(() => models.remove());

test('several models run in the same rounds, every pair is judged, and sixteen times the work ranks last', async () => {
  const small = await models.write('chain1.onnx', convChain(1));
  const large = await models.write('chain16.onnx', convChain(16));
  const spec = resolveSpec({ precision: 0.05, maxSeconds: 4, processes: 2 });
  const result = await compare({ paths: [large, small, small], spec });

  expect(parseResult(result)).toEqual(result);
  const { artifacts, pairs, ranks, atMs } = result;
  expect(artifacts).toHaveLength(3);
  for (const { n, samplesMs, processes } of artifacts) {
    expect(n).toBe(atMs.length);
    expect(samplesMs).toHaveLength(n);
    expect(processes).toHaveLength(2);
  }
  expect(pairs.map(({ a, b }) => [a, b])).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
  for (const { ratio, ci, simultaneousCi, a, b } of pairs) {
    expect(ratio).toBeCloseTo((artifacts[a]?.p50Ms ?? 0) / (artifacts[b]?.p50Ms ?? 1), 6);
    expect(simultaneousCi[0]).toBeLessThanOrEqual(ci[0]);
    expect(simultaneousCi[1]).toBeGreaterThanOrEqual(ci[1]);
  }
  expect(pairs.slice(0, 2).map(({ different }) => different)).toEqual([true, true]);
  expect(ranks[0]).toBe(3);
  expect(result.inputs).toEqual({ image: [1, 3, 32, 32] });
});

test('one model cannot be compared', async () => {
  await expect(compare({ paths: ['one.onnx'], spec: resolveSpec({}) })).rejects.toThrow(RangeError);
});

test('a model that is not there is refused', async () => {
  const path = await models.write('chain1.onnx', convChain(1));
  const missing = compare({ paths: [path, 'nowhere.onnx'], spec: resolveSpec({ processes: 1 }) });
  await expect(missing).rejects.toMatchObject({ name: 'MeasureError', code: 'model-invalid' });
});

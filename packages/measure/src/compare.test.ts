import { ComparisonResult, parserOf, resolveSpec } from '@espalier/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { compare } from './compare.js';
import { type ModelFolder, modelFolder } from './testing/model-folder.js';
import { addOne, convChain } from './testing/small-models.js';

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

test('a model that takes another shape has its own, and a shape that was given holds for all', async () => {
  const paths = [await models.write('wide.onnx', addOne([1, 8])), await models.write('narrow.onnx', addOne([1, 4]))];
  const spec = resolveSpec({ processes: 2, maxRuns: 10, minRuns: 10 });
  const { artifacts, inputs } = await compare({ paths, spec });
  expect(artifacts.map(({ n }) => n)).toEqual([10, 10]);
  expect(inputs).toEqual({ x: [1, 8] });
  const given = compare({ paths, spec: { ...spec, inputShapes: { x: [1, 8] } } });
  await expect(given).rejects.toMatchObject({ code: 'input-unresolved' });
});

test('one model cannot be compared', async () => {
  await expect(compare({ paths: ['one.onnx'], spec: resolveSpec({}) })).rejects.toThrow(RangeError);
});

test('a model that is not there is refused', async () => {
  const path = await models.write('chain1.onnx', convChain(1));
  const missing = compare({ paths: [path, 'nowhere.onnx'], spec: resolveSpec({ processes: 1 }) });
  await expect(missing).rejects.toMatchObject({ name: 'MeasureError', code: 'model-invalid' });
});

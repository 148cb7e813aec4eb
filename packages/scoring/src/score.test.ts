import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type MeasurementProgress, ScoreResult } from '@espalier/contracts';
import { MeasureError } from '@espalier/measure';
import { GraphBuilder, seededValues, writeModelFile } from '@espalier/onnx';
import { Value } from 'typebox/value';
import { errorOf, failureOf } from './child/failure.js';
import type { DataSpec } from './criteria/criterion.js';
import { type ArraySource, writeDataset } from './dataset/write-dataset.js';
import { ScoringError } from './errors.js';
import { type ScoreOptions, score } from './score.js';
import { arrayOf, plainSpec, withFolder } from './testing/in-process.js';

const SAMPLES = 64;

const images = arrayOf('x', 'float32', [SAMPLES, 3, 8, 8], seededValues('x', SAMPLES * 192, -1, 1));
const labels = arrayOf(
  'labels',
  'uint8',
  [SAMPLES],
  Uint8Array.from({ length: SAMPLES }, (_, index) => index % 5),
);

/** Two residual blocks and a head. */
function network() {
  const g = new GraphBuilder('small', { seed: 4 });
  let x = g.relu('stem.relu', g.conv('stem', g.input('x', 'float32', ['batch', 3, 8, 8]), { out: 8 }));
  for (const name of ['a', 'b'])
    x = g.relu(`${name}.relu`, g.add(`${name}.add`, x, g.conv(`${name}.conv`, x, { out: 8 })));
  return g.output(g.gemm('head', g.flatten('flat', g.globalAveragePool('pool', x)), { out: 5 }), { as: 'y' }).build();
}

async function scored(
  spec: Partial<DataSpec>,
  options: ScoreOptions = {},
  { arrays = [images, labels], model }: { arrays?: readonly ArraySource[]; model?: Uint8Array } = {},
) {
  return withFolder(async (folder) => {
    const [modelPath, datasetPath] = [join(folder, 'model.onnx'), join(folder, 'data.npz')];
    await (model === undefined ? writeModelFile(network(), modelPath) : writeFile(modelPath, model));
    await writeDataset(datasetPath, arrays);
    return score({ modelPath, datasetPath, threads: 1, spec: { ...plainSpec, ...spec } }, options);
  });
}

/** So many probes that it goes on until it is stopped. */
const ENDLESS = { criterion: 'gate-taylor', probes: 10_000, batch: 1 } as const;

test('scores in a process of its own, and tells what the result rests on', async () => {
  const seen: MeasurementProgress[] = [];
  const result = await scored(
    { criterion: 'gate-taylor', probes: 3 },
    { onProgress: (progress) => seen.push(progress) },
  );
  expect(Value.Check(ScoreResult, result)).toBe(true);
  expect(result.scores.filter(({ importance }) => Number(importance) > 0).length).toBeGreaterThan(1);
  expect(result).toMatchObject({ samples: SAMPLES, environment: { provider: 'cpu' }, groups: [] });
  expect(seen.at(-1)).toMatchObject({ phase: 'scoring', runs: result.passes, plannedRuns: result.passes });
});

test('an error of the process that scores arrives with its code and hint', async () => {
  const failed = scored({ criterion: 'ablation' }, {}, { arrays: [images] });
  await expect(failed).rejects.toThrow(ScoringError);
  await expect(failed).rejects.toMatchObject({ code: 'labels-missing', hint: expect.stringContaining('labels') });
});

test('data that do not fit the model are refused before any process is started', async () => {
  const flat = arrayOf('x', 'float32', [SAMPLES, 192], seededValues('x', SAMPLES * 192, -1, 1));
  await expect(scored({}, {}, { arrays: [flat, labels] })).rejects.toMatchObject({ code: 'dataset-unfit' });
});

test('a file that is no model is told of as in a measurement', async () => {
  const failed = scored({}, {}, { model: Buffer.from('no model') });
  await expect(failed).rejects.toMatchObject({ name: 'MeasureError', code: 'model-invalid' });
});

test('a scoring that is cancelled stops at once', async () => {
  const controller = new AbortController();
  const failed = scored(ENDLESS, { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(failed).rejects.toThrow(MeasureError);
  await expect(failed).rejects.toMatchObject({ code: 'cancelled' });
});

test('a scoring is killed at its deadline', async () => {
  await expect(scored(ENDLESS, { deadlineMs: 3000 })).rejects.toMatchObject({ code: 'probe-timeout' });
});

test('a scoring that needs more memory than it may use is ended', async () => {
  await expect(scored(ENDLESS, { memoryLimitBytes: 50 * 2 ** 20 })).rejects.toMatchObject({
    code: 'probe-out-of-memory',
  });
});

test('an error keeps its kind, code and hint on its way from the child; of others the message is kept', () => {
  const end = { exitCode: 0, signal: null, lastWords: 'words' };
  const first = errorOf(failureOf(new ScoringError('logits-missing', 'none', { hint: 'look' })), end);
  expect(first).toMatchObject({ name: 'ScoringError', code: 'logits-missing', message: 'none', hint: 'look' });
  const second = errorOf(failureOf(new MeasureError('probe-out-of-memory', 'full')), end);
  expect(second).toMatchObject({ name: 'MeasureError', code: 'probe-out-of-memory', probe: end });
  expect(errorOf(failureOf(new TypeError('oops')), end)).toMatchObject({
    code: 'probe-crashed',
    message: 'scoring failed: oops',
  });
});

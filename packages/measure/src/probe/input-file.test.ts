import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveSpec } from '@espalier/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeInputData } from '../inputs/input-data.js';
import { measure } from '../measure.js';
import { divides } from '../testing/failing-models.js';
import { type ModelFolder, modelFolder } from '../testing/model-folder.js';

const spec = resolveSpec({ processes: 1, minRuns: 5, maxRuns: 5, maxSeconds: 0.1, precision: 0.5, batch: 3 });

let models: ModelFolder;
let subjectPath: string;

beforeAll(async () => {
  models = await modelFolder();
  subjectPath = await models.write('divides.onnx', divides());
});

afterAll(() => models.remove());

/** Writes an .npz for the model: so many rows, and every divisor the same. */
async function dataFile(rows: number, divisor: number): Promise<string> {
  const path = join(models.path, `by-${divisor}.npz`);
  const array = (value: number) => ({
    elementType: 'int32',
    shape: [rows, 2],
    data: new Int32Array(2 * rows).fill(value),
  });
  await writeFile(
    path,
    writeInputData(
      new Map([
        ['a', array(6)],
        ['b', array(divisor)],
      ]),
    ),
  );
  return path;
}

test('the arrays of the file are what the model is fed', async () => {
  const { inputs } = await measure({
    subjectPath,
    controlPath: subjectPath,
    inputDataPath: await dataFile(3, 2),
    spec,
  });
  expect(inputs).toEqual({ a: [3, 2], b: [3, 2] });
  const zeros = measure({ subjectPath, inputDataPath: await dataFile(3, 0), spec });
  await expect(zeros).rejects.toMatchObject({
    code: 'model-invalid',
    message: expect.stringContaining('division by zero'),
  });
});

test('several processes are fed the same file', async () => {
  const { subject, inputs } = await measure({
    subjectPath,
    inputDataPath: await dataFile(3, 2),
    spec: { ...spec, processes: 2, maxRuns: 10 },
  });
  expect(subject.processes).toHaveLength(2);
  expect(inputs).toEqual({ a: [3, 2], b: [3, 2] });
});

test('a file of another batch, one that is no data, and one that is not there are told apart by what they say', async () => {
  const garbage = join(models.path, 'garbage.npz');
  await writeFile(garbage, 'garbage');
  const cases = [
    { inputDataPath: await dataFile(4, 2), says: 'input a takes 3×2, its array in the file is 4×2' },
    { inputDataPath: garbage, says: 'no .npz or .npy' },
    { inputDataPath: join(models.path, 'nowhere.npz'), says: 'cannot be read' },
  ];
  for (const { inputDataPath, says } of cases) {
    await expect(measure({ subjectPath, inputDataPath, spec })).rejects.toMatchObject({
      code: 'input-data-invalid',
      message: expect.stringContaining(says),
    });
  }
});

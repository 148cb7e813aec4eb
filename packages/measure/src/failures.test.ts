import { readdir } from 'node:fs/promises';
import { resolveSpec } from '@espalier/contracts';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { measure, type MeasureOptions } from './measure.js';
import { MeasureError } from './measure-error.js';
import { hardLimitCommand } from './parent/hard-limit.js';
import {
  conditionStaysTrue,
  deepTree,
  dividesByZero,
  expandTo,
  mixedTypes,
  unknownOperator,
} from './testing/failing-models.js';
import { type ModelFolder, modelFolder } from './testing/model-folder.js';
import { canSeeProcesses, probeOf } from './testing/probe-processes.js';
import { addOne } from './testing/small-models.js';

const MIB = 2 ** 20;

/** No more than is needed to see whether a model runs at all. */
const shortest = resolveSpec({ processes: 1, minRuns: 5, maxRuns: 5, maxSeconds: 0.1, precision: 0.5 });

let models: ModelFolder;
let goodPath: string;
const temporaryBefore = process.env['TMPDIR'];

beforeAll(async () => {
  models = await modelFolder();
  goodPath = await models.write('good.onnx', addOne([1]));
  process.env['TMPDIR'] = models.path;
});

afterAll(async () => {
  if (temporaryBefore === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = temporaryBefore;
  await models.remove();
});

/** What a failed measurement has left behind, and whether the next one works. */
async function aftermath(): Promise<readonly string[]> {
  const files = (await readdir(models.path)).filter((name) => !name.endsWith('.onnx'));
  const probe = canSeeProcesses ? await probeOf(process.pid) : undefined;
  const { subject } = await measure({ subjectPath: goodPath, spec: shortest });
  return [...files, ...(probe === undefined ? [] : [`process ${probe}`]), ...(subject.n > 1 ? [] : ['no samples'])];
}

afterEach(async () => {
  const left = await aftermath();
  if (left.length > 0) throw new Error(`the failed measurement left ${left.join(', ')}`);
});

/** How the measurement of a model fails. */
async function failureOf(subjectPath: string, options: MeasureOptions = {}, spec = shortest): Promise<MeasureError> {
  const cause: unknown = await measure({ subjectPath, spec }, options).then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (cause instanceof MeasureError) return cause;
  throw cause;
}

test('a loop whose condition stays true is killed at the deadline, in its first run', async () => {
  const subjectPath = await models.write('forever.onnx', conditionStaysTrue());
  const error = await failureOf(subjectPath, { deadlineMs: 2500 });
  expect(error).toMatchObject({ code: 'probe-timeout', probe: { signal: 'SIGKILL', doing: { phase: 'first-run' } } });
  expect(error.probe?.doing?.modelPath).toBe(subjectPath);
});

test('a tensor larger than any memory is out of memory', async () => {
  const subjectPath = await models.write('petabytes.onnx', expandTo(2n ** 50n));
  const error = await failureOf(subjectPath);
  expect(error).toMatchObject({ code: 'probe-out-of-memory' });
  expect(error.message).toContain('Failed to allocate memory');
});

test('a tensor of gigabytes is out of memory at a limit of some hundred megabytes', async () => {
  const subjectPath = await models.write('gigabytes.onnx', expandTo(2n ** 30n));
  const error = await failureOf(subjectPath, { memoryLimitBytes: 400 * MIB });
  expect(error.code).toBe('probe-out-of-memory');
  // Where the kernel has a limit it refuses the tensor at once, and nobody has to end the probe.
  const isHard = (await hardLimitCommand(400 * MIB)).length > 0;
  expect(error.probe?.signal).toBe(isHard ? null : 'SIGKILL');
});

test('a model that overflows the stack of onnxruntime has crashed, and its end is told', async () => {
  const subjectPath = await models.write('deep.onnx', deepTree(300_000));
  const error = await failureOf(subjectPath);
  expect(error.code).toBe('probe-crashed');
  expect(error.probe).toMatchObject({ exitCode: null, doing: { phase: 'loading', modelPath: subjectPath } });
  expect(['SIGSEGV', 'SIGBUS']).toContain(error.probe?.signal);
  expect(error.message).toMatch(/ended by SIG\w+ while it loaded the model/);
});

test.each([
  { what: 'an operator that nobody has defined', model: unknownOperator(), says: /Frobnicate/ },
  { what: 'a sum of a float and an integer', model: mixedTypes(), says: /Type/ },
  { what: 'a run that divides by zero', model: dividesByZero(), says: /cannot run the model: .*division by zero/ },
])('$what makes a model invalid', async ({ model, says }) => {
  const error = await failureOf(await models.write('invalid.onnx', model));
  expect(error.code).toBe('model-invalid');
  expect(error.message).toMatch(says);
  expect(error.message).not.toContain('\n');
});

test('onnxruntime’s own words on a failed run are kept as the last ones of the probe', async () => {
  const error = await failureOf(await models.write('zero.onnx', dividesByZero()));
  expect(error.probe?.lastWords).toMatch(/onnxruntime.*division by zero/);
});

test.each(['cuda', 'tensorrt', 'webgpu', 'coreml', 'dml'])(
  '%s either measures, or is unavailable and says why',
  async (provider) => {
    const outcome: unknown = await measure({ subjectPath: goodPath, spec: { ...shortest, provider } }).then(
      ({ environment }) => environment.provider,
      (cause: unknown) => (cause instanceof MeasureError ? [cause.code, cause.message] : cause),
    );
    expect([provider, ['provider-unavailable', expect.stringContaining(provider)]]).toContainEqual(outcome);
  },
);

import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type MeasurementProgress,
  MeasurementResult,
  type MeasurementSpec,
  type Pacing,
  parserOf,
  resolveSpec,
} from '@espalier/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeInputData } from './inputs/input-data.js';
import { measure } from './measure.js';
import { MeasureError } from './measure-error.js';
import { disturbances } from './measuring/stability.js';
import { type ModelFolder, modelFolder } from './testing/model-folder.js';
import { canSeeProcesses, probeOf } from './testing/probe-processes.js';
import { addOne, convChain, endlessLoop, memoryEater } from './testing/small-models.js';

const parseResult = parserOf('MeasurementResult', MeasurementResult);

/** Precise enough to look at, short enough for a busy machine. */
const quick = resolveSpec({ precision: 0.05, maxSeconds: 2, processes: 1 });

/** Never precise enough, so that the caps end it. */
const endless = resolveSpec({ precision: 0.0005, maxSeconds: 60, statistic: 'p99' });
const MIB = 1024 * 1024;

let models: ModelFolder;

beforeAll(async () => {
  models = await modelFolder();
});

afterAll(() => models.remove());

/** The error that a promise is rejected with. */
async function rejection(promise: Promise<unknown>): Promise<MeasureError> {
  const cause: unknown = await promise.then(
    () => new Error('it was not rejected'),
    (reason: unknown) => reason,
  );
  if (cause instanceof MeasureError) return cause;
  throw cause;
}

test('a network is measured, and the result converged or says that it did not', async () => {
  const subjectPath = await models.write('chain2.onnx', convChain(2));
  const progress: MeasurementProgress[] = [];
  const result = await measure({ subjectPath, spec: quick }, { onProgress: (each) => progress.push(each) });

  expect(parseResult(result)).toEqual(result);
  const { subject, warnings } = result;
  expect(subject.n).toBe(subject.samplesMs.length);
  expect(subject.n).toBeGreaterThanOrEqual(2);
  const ascending = [
    subject.minMs,
    subject.p5Ms,
    subject.p25Ms,
    subject.p50Ms,
    subject.p75Ms,
    subject.p90Ms,
    subject.p95Ms,
  ];
  const percentiles = [...ascending, subject.p99Ms, subject.maxMs];
  expect(percentiles).toEqual(percentiles.toSorted((a, b) => a - b));
  const [lower, upper] = subject.p50Ci;
  expect(lower).toBeLessThanOrEqual(subject.p50Ms);
  expect(upper).toBeGreaterThanOrEqual(subject.p50Ms);
  const narrow = (upper - lower) / 2 / subject.p50Ms <= quick.precision;
  expect(subject.converged && !narrow).toBe(false);
  expect(warnings.some(({ code }) => code === 'not-converged')).toBe(!subject.converged);
  expect(subject.droppedRuns).toBeGreaterThan(1);
  expect(subject.loadMs).toBeGreaterThan(0);
  expect(result.inputs).toEqual({ image: [1, 3, 32, 32] });
  expect(result.environment).toMatchObject({ provider: 'cpu', onnxruntime: '1.30.0', node: process.versions.node });
  expect(result.peakRssBytes).toBeGreaterThan(20 * MIB);
  expect('control' in result || 'ratio' in result).toBe(false);
  expect(new Set(progress.map(({ phase }) => phase))).toContain('loading');
});

test('a control runs in the same rounds, and eight times the work takes longer', async () => {
  const subjectPath = await models.write('chain16.onnx', convChain(16));
  const controlPath = await models.write('chain2.onnx', convChain(2));
  const result = await measure({ subjectPath, controlPath, spec: { ...quick, batch: 2 } });

  expect(parseResult(result)).toEqual(result);
  const { subject, control, ratio } = result;
  expect(control?.n).toBe(subject.n);
  expect(ratio?.p50).toBeCloseTo(subject.p50Ms / (control?.p50Ms ?? 0), 10);
  expect(ratio?.p50).toBeGreaterThan(1);
  const [lower = Number.NaN, upper = Number.NaN] = ratio?.ci ?? [];
  expect(lower).toBeLessThanOrEqual(ratio?.p50 ?? 0);
  expect(upper).toBeGreaterThanOrEqual(ratio?.p50 ?? 0);
  expect(result.inputs).toEqual({ image: [2, 3, 32, 32] });
});

test('a model measured against itself is about as fast as itself', async () => {
  const subjectPath = await models.write('chain4.onnx', convChain(4));
  const { ratio } = await measure({ subjectPath, controlPath: subjectPath, spec: quick });
  // Half a second on a machine that does ten other things: only a mix-up of the two would leave these bounds.
  expect(ratio?.p50).toBeGreaterThan(0.5);
  expect(ratio?.p50).toBeLessThan(2);
});

test('too few runs for a tail are a warning, not a number to trust', async () => {
  const subjectPath = await models.write('chain2.onnx', convChain(2));
  const { subject, warnings } = await measure({ subjectPath, spec: { ...quick, statistic: 'p99', maxRuns: 40 } });
  expect(subject.converged).toBe(false);
  expect(warnings).toContainEqual({
    code: 'few-runs',
    evidence: expect.objectContaining({ statistic: 'p99', runs: 40 }),
  });
});

test('dimensions that had to be assumed are named', async () => {
  const subjectPath = await models.write('sequence.onnx', addOne(['batch', 'length', 8]));
  const spec = { ...quick, maxRuns: 20 };
  const { inputs, warnings } = await measure({ subjectPath, spec });
  expect(inputs).toEqual({ x: [1, 128, 8] });
  expect(warnings).toContainEqual({ code: 'input-shape-assumed', evidence: { x: '1×128×8' } });

  const given = await measure({ subjectPath, spec: { ...spec, inputShapes: { x: [1, 5, 8] } } });
  expect(given.inputs).toEqual({ x: [1, 5, 8] });
  expect(given.warnings.map(({ code }) => code)).not.toContain('input-shape-assumed');
});

test('a shape that the input cannot have is refused by name', async () => {
  const subjectPath = await models.write('fixed.onnx', addOne([1, 4]));
  const error = await rejection(measure({ subjectPath, spec: { ...quick, inputShapes: { x: [1, 5] } } }));
  expect(error).toMatchObject({ code: 'input-unresolved', hint: expect.stringContaining('inputShapes') });
  expect(error.message).toContain('input x');
});

test('a model that eats memory is ended at its limit', async () => {
  const subjectPath = await models.write('eater.onnx', memoryEater(100n, 4 * MIB));
  const error = await rejection(measure({ subjectPath, spec: quick }, { memoryLimitBytes: 400 * MIB }));
  expect(error.code).toBe('probe-out-of-memory');
});

test('a file that is no model is invalid, in one line', async () => {
  const subjectPath = await models.write('garbage.onnx', 'this is no model');
  const error = await rejection(measure({ subjectPath, spec: quick }));
  expect(error.code).toBe('model-invalid');
  expect(error.message).toMatch(/^onnxruntime refuses the model: .*Protobuf parsing failed/);
  expect(error.message).not.toContain('\n');
});

test('a provider that does not exist is unavailable, and the message lists those that do', async () => {
  const subjectPath = await models.write('chain2.onnx', convChain(2));
  const error = await rejection(measure({ subjectPath, spec: { ...quick, provider: 'abacus' } }));
  expect(error).toMatchObject({ code: 'provider-unavailable', hint: expect.stringContaining('cpu') });
  expect(error.message).toContain('abacus');
});

test('a fixed number of processes each do their share, and their samples follow each other', async () => {
  const subjectPath = await models.write('chain2.onnx', convChain(2));
  const controlPath = await models.write('chain4.onnx', convChain(4));
  const progress: MeasurementProgress[] = [];
  const spec = { ...endless, maxRuns: 60, processes: 2 };
  const onProgress = (each: MeasurementProgress) => progress.push(each);
  const result = await measure({ subjectPath, controlPath, spec }, { onProgress });

  expect(parseResult(result)).toEqual(result);
  for (const estimate of [result.subject, result.control]) {
    expect(estimate?.processes.map(({ n }) => n)).toEqual([30, 30]);
    expect(estimate?.samplesMs).toHaveLength(60);
    for (const { loadMs, firstRunMs, valueMs } of estimate?.processes ?? []) {
      expect(Math.min(loadMs, firstRunMs, valueMs)).toBeGreaterThan(0);
    }
  }
  expect(result.processVariance.processes).toBe(2);
  expect(result.atMs).toHaveLength(60);
  expect(result.atMs).toEqual(result.atMs.toSorted((a, b) => a - b));
  const [lastOfFirst = 0, firstOfSecond = 0] = result.atMs.slice(29, 31);
  expect(firstOfSecond - lastOfFirst).toBeGreaterThan(50);

  expect(new Set(progress.map(({ process }) => process))).toEqual(new Set([1, 2]));
  for (const each of ['runs', 'elapsedMs', 'process'] as const) {
    const values = progress.filter(({ phase }) => phase !== 'warming-up').map((told) => told[each] ?? 0);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  }
});

test('auto takes three processes at least, and the caps hold over all of them', async () => {
  const subjectPath = await models.write('chain2.onnx', convChain(2));
  const { subject, warnings } = await measure({ subjectPath, spec: { ...endless, maxRuns: 100 } });
  expect(subject.processes.length).toBeGreaterThanOrEqual(3);
  expect(subject.n).toBeLessThanOrEqual(100);
  expect(subject.converged).toBe(false);
  expect(warnings.map(({ code }) => code)).toContain('not-converged');
});

test('data of a file is fed in every process, and a file that does not fit is refused by name', async () => {
  const subjectPath = await models.write('sequence.onnx', addOne(['batch', 'length', 8]));
  const inputDataPath = join(models.path, 'data.npz');
  const data = new Float32Array(24).fill(0.5);
  await writeFile(inputDataPath, writeInputData(new Map([['x', { elementType: 'float32', shape: [1, 3, 8], data }]])));
  const spec = { ...quick, maxRuns: 20, processes: 2 };
  const { inputs, warnings, subject } = await measure({ subjectPath, inputDataPath, spec });
  expect(inputs).toEqual({ x: [1, 3, 8] });
  expect(subject.processes).toHaveLength(2);
  expect(warnings.map(({ code }) => code)).not.toContain('input-shape-assumed');

  const otherPath = await models.write('fixed.onnx', addOne([1, 4]));
  const error = await rejection(measure({ subjectPath: otherPath, inputDataPath, spec }));
  expect(error.code).toBe('input-data-invalid');
  expect(error.message).toContain('input x');
});

test('an idle gap lies between the runs', async () => {
  const subjectPath = await models.write('chain2.onnx', convChain(2));
  const spec: MeasurementSpec = { ...quick, maxRuns: 10, minRuns: 10, pacing: { kind: 'idle-gap', gapMs: 20 } };
  const { atMs, subject } = await measure({ subjectPath, spec });
  expect(subject.n).toBe(10);
  expect(subject.runsPerSample).toBe(1);
  expect(atMs.slice(1).every((ms, round) => ms - (atMs[round] ?? 0) >= 20)).toBe(true);
});

test('a request rate that can be kept begins runs no faster than it says', async () => {
  const subjectPath = await models.write('chain2.onnx', convChain(2));
  const pacing: Pacing = { kind: 'request-rate', perSecond: 40, arrivals: 'constant' };
  const { atMs } = await measure({ subjectPath, spec: { ...quick, maxRuns: 20, minRuns: 20, pacing } });
  expect(atMs.at(-1)).toBeGreaterThan(19 * 25 * 0.9);
});

test('a request rate that cannot be kept is a warning with the rate that was reached', async () => {
  const subjectPath = await models.write('chain16.onnx', convChain(16));
  const pacing: Pacing = { kind: 'request-rate', perSecond: 100_000, arrivals: 'poisson' };
  const { warnings } = await measure({ subjectPath, spec: { ...quick, maxRuns: 50, pacing } });
  const missed = warnings.find(({ code }) => code === 'pacing-missed');
  expect(missed?.evidence).toMatchObject({ wantedPerSecond: 100_000 });
  expect(missed?.evidence['lateShare']).toBeGreaterThan(0.5);
  expect(missed?.evidence['achievedPerSecond']).toBeLessThan(50_000);
});

test('a disturbed measurement is repeated as often as the spec allows, and the others are told of', async () => {
  const subjectPath = await models.write('chain2.onnx', convChain(2));
  const spec = { ...quick, maxRuns: 20, minRuns: 20, repeatIfUnstable: 2 };
  const { discarded, warnings } = await measure({ subjectPath, spec });
  expect(discarded.length).toBeLessThanOrEqual(2);
  const clean = disturbances(warnings) === 0;
  expect(clean || discarded.length === 2).toBe(true);
  for (const take of discarded) {
    expect(take.p50Ms).toBeGreaterThan(0);
    expect(disturbances(take.warnings)).toBeGreaterThan(0);
  }
});

test('the peak of memory is that of the subject alone, however large the process is that measures', async () => {
  const subjectPath = await models.write('small.onnx', addOne([1, 4]));
  const controlPath = await models.write('large.onnx', addOne([1, 10, MIB]));
  const spec = { ...quick, maxRuns: 10 };
  const ballast = Buffer.alloc(300 * MIB, 1);
  const alone = await measure({ subjectPath, spec });
  const beside = await measure({ subjectPath: controlPath, spec });
  expect(ballast.at(-1)).toBe(1);
  expect(alone.peakRssBytes).toBeLessThan(300 * MIB);
  expect(beside.peakRssBytes - alone.peakRssBytes).toBeGreaterThan(60 * MIB);
  expect(alone.subject.modelBytes).toBeLessThan(200);
});

test('cancelling in the second process leaves none behind', async () => {
  const subjectPath = await models.write('chain4.onnx', convChain(4));
  const controller = new AbortController();
  const onProgress = ({ process, phase }: MeasurementProgress) => {
    if (process === 2 && phase === 'sampling') controller.abort('enough');
  };
  const spec = { ...endless, processes: 3, maxRuns: 1_000_000, maxSeconds: 3 };
  const error = await rejection(measure({ subjectPath, spec }, { signal: controller.signal, onProgress }));
  expect(error).toMatchObject({ code: 'cancelled', cause: 'enough' });
  expect(canSeeProcesses ? await probeOf(process.pid) : undefined).toBeUndefined();
});

test('the deadline is one for all processes', async () => {
  const subjectPath = await models.write('chain4.onnx', convChain(4));
  const spec = { ...endless, processes: 64, maxRuns: 1_000_000 };
  const error = await rejection(measure({ subjectPath, spec }, { deadlineMs: 4000 }));
  expect(error.code).toBe('probe-timeout');
});

test('cancelling ends the measurement, and neither a process nor a folder is left', async () => {
  const subjectPath = await models.write('endless.onnx', endlessLoop());
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = models.path;
  try {
    const controller = new AbortController();
    const error = await rejection(
      measure(
        { subjectPath, spec: quick },
        { signal: controller.signal, onProgress: () => controller.abort('enough') },
      ),
    );
    expect(error).toMatchObject({ code: 'cancelled', cause: 'enough' });
    expect((await readdir(models.path)).filter((name) => name.startsWith('espalier-probe'))).toEqual([]);
    expect(canSeeProcesses ? await probeOf(process.pid) : undefined).toBeUndefined();
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
});

test('a signal that has fired already starts nothing', async () => {
  const error = await rejection(
    measure({ subjectPath: 'never-read.onnx', spec: quick }, { signal: AbortSignal.abort() }),
  );
  expect(error.code).toBe('cancelled');
});

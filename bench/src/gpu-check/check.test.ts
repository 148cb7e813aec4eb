import type { GpuState, MeasurementResult } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { type Check, exitCodes, type Findings, tableOf, verdictOf } from './check.js';
import { environmentCheck, relativeDifference } from './provider-checks.js';

const findings = (...statuses: readonly Check['status'][]): Findings => ({
  targets: [{ name: 'webgpu', provider: 'webgpu', available: false, reason: 'no adapter' }],
  gpus: [],
  providers: [{ provider: 'cuda', checks: statuses.map((status) => ({ name: 'measure', status, detail: 'seen' })) }],
});

test('a machine without a GPU is neither a success nor a failure, and says why', () => {
  expect(exitCodes[verdictOf(findings())]).toBe(3);
  expect(exitCodes[verdictOf(findings('skipped'))]).toBe(3);
  expect(tableOf(findings())).toMatch(/not here: webgpu: no adapter\nThere is no GPU/);
});

test('one failed check fails the run, and none lets it pass', () => {
  expect(exitCodes[verdictOf(findings('passed', 'failed', 'passed'))]).toBe(1);
  expect(exitCodes[verdictOf(findings('passed', 'skipped'))]).toBe(0);
  expect(tableOf(findings('failed'))).toMatch(/cuda +measure +FAILED +seen/);
});

const output = (...values: number[]) => ({
  out: { elementType: 'float32', dims: [values.length], data: Float32Array.from(values) },
});

test('outputs are compared by the largest of them, and never match when one is missing or no number', () => {
  expect(relativeDifference(output(1, -4), output(1.5, -4))).toBe(0.125);
  expect(relativeDifference(output(1), output(1, 2))).toBe(Number.POSITIVE_INFINITY);
  expect(relativeDifference({}, output(1, 2))).toBe(Number.POSITIVE_INFINITY);
  expect(relativeDifference(output(Number.NaN, 2), output(1, 2))).toBe(Number.POSITIVE_INFINITY);
  expect(relativeDifference(output(0, 0), output(0, 0))).toBe(Number.POSITIVE_INFINITY);
});

const gpu: GpuState = {
  index: 0,
  name: 'NVIDIA T4',
  driver: '550.54',
  clockMHz: 1500,
  maxClockMHz: 1590,
  temperatureC: 60,
  memoryUsedBytes: 1,
  memoryTotalBytes: 2,
  throttleReasons: [],
};

function environment(gpus: GpuState[] | undefined, during: MeasurementResult['environment']['during']) {
  const snapshot = {
    at: '2026-11-25T10:00:00.000Z',
    cpuModel: 'Test CPU',
    logicalCores: 2,
    load1: 0,
    memoryTotalBytes: 10,
    memoryAvailableBytes: 9,
    ...(gpus === undefined ? {} : { gpus }),
  };
  const software = { os: 'Linux', architecture: 'x64', node: '20', onnxruntime: '1', provider: 'cuda' };
  return { ...software, before: snapshot, during, after: snapshot };
}

test('what nvidia-smi should tell is demanded before, meanwhile and after', () => {
  const look = { atMs: 1000, gpuClockMHz: 1500, gpuTemperatureC: 60 };
  const { temperatureC: _heat, ...cold } = gpu;
  expect(environmentCheck(environment([gpu], [look]), false)).toMatchObject({ status: 'passed' });
  expect(environmentCheck(environment([gpu], []), false)).toMatchObject({ status: 'failed' });
  expect(environmentCheck(environment([cold], [look]), false)).toMatchObject({
    status: 'failed',
    detail: expect.stringMatching(/not told: temperatureC/),
  });
  expect(environmentCheck(environment(undefined, []), false)).toMatchObject({ status: 'skipped' });
});

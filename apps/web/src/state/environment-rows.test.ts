import { expect, test } from '@jest/globals';
import { aSnapshot } from '../testing/measurements.js';
import { environmentRows, watchedLines } from './environment-rows.js';

test('what the device tells neither time is left out', () => {
  const names = environmentRows(aSnapshot(), aSnapshot()).map(({ name }) => name);
  expect(names).toEqual(['CPU', 'Logical cores', 'Load, last minute', 'Memory', 'Memory available']);
});

test('what changed by more than it does by itself is marked', () => {
  const before = aSnapshot({ governor: 'performance', temperatureC: 50, frequencyMHz: 2000, cpuBusySeconds: 10 });
  const after = aSnapshot({ governor: 'powersave', temperatureC: 52, frequencyMHz: 1500, cpuBusySeconds: 70 });
  const changed = environmentRows(before, after).filter((row) => row.changed);
  expect(changed.map(({ name }) => name)).toEqual(['Governor', 'CPU clock']);
});

test('a value that was told only once is shown, and is no change', () => {
  const rows = environmentRows(aSnapshot(), aSnapshot({ temperatureC: 61 }));
  expect(rows.find(({ name }) => name === 'Temperature')).toMatchObject({ before: '–', changed: false });
});

test('each GPU is compared with itself', () => {
  const gpu = { name: 'Test GPU', driver: '1', throttleReasons: [] as string[] };
  const before = aSnapshot({ gpus: [{ ...gpu, index: 1, temperatureC: 40 }] });
  const after = aSnapshot({ gpus: [{ ...gpu, index: 1, temperatureC: 60, throttleReasons: ['power-cap'] }] });
  const changed = environmentRows(before, after).filter((row) => row.changed);
  expect(changed.map(({ name, after: now }) => [name, now])).toEqual([
    ['GPU 1: temperature', '60\u202f°C'],
    ['GPU 1: throttled by', 'power-cap'],
  ]);
});

test('a curve needs two looks that tell the quantity', () => {
  const lines = watchedLines([
    { atMs: 0, temperatureC: 50 },
    { atMs: 1000, temperatureC: 51, frequencyMHz: 2000 },
    { atMs: 2000 },
  ]);
  expect(lines.map(({ name, atMs, values }) => [name, atMs, values])).toEqual([
    ['CPU temperature', [0, 1000], [50, 51]],
  ]);
});

import { EventEmitter, once } from 'node:events';
import { EnvironmentSample, parserOf } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { counterAdvance, EnergyMeter } from './energy.js';
import { Looker, thinOut } from './look.js';
import { machineOf, nvidiaQueries, perCore, type Recording } from './machines-testing.js';
import type { System } from './system.js';
import { watchEnvironment } from './watch.js';

const parseSample = parserOf('EnvironmentSample', EnvironmentSample);
const START = Date.parse('2026-11-25T10:00:00Z');

/** A machine that has moved on each time that `moveOn` is called. */
function changingMachine(recordings: readonly Recording[], everyMs: number): { system: System; moveOn: () => void } {
  let step = 0;
  const now = () => machineOf(recordings[Math.min(step, recordings.length - 1)] ?? {});
  return {
    moveOn: () => {
      step += 1;
    },
    system: {
      ...machineOf({}),
      now: () => new Date(START + step * everyMs),
      readText: (path) => now().readText(path),
      list: (path) => now().list(path),
      run: (command, args) => now().run(command, args),
      cores: () => now().cores(),
    },
  };
}

/** Of four cores, 1 works at the whole and 2 at half; ticks are hundredths of a second. */
const machineAfter = (seconds: number): Recording => ({
  files: {
    '/proc/stat': [
      `cpu  ${150 * seconds} 0 0 9 0 0 0 ${4 * seconds} 0 0`,
      'cpu0 0 0 0 9 0 0 0 0 0 0',
      `cpu1 ${100 * seconds} 0 0 9 0 0 0 0 0 0`,
      `cpu2 ${50 * seconds} 0 0 9 0 0 0 0 0 0`,
      'cpu3 1 0 0 9 0 0 0 0 0 0',
      '',
    ].join('\n'),
    ...perCore(4, (core) => ({ 'cpufreq/scaling_cur_freq': `${[800_000, 4_000_000, 3_400_000, 800_000][core]}` })),
    '/sys/class/thermal/thermal_zone0/type': 'x86_pkg_temp\n',
    '/sys/class/thermal/thermal_zone0/temp': `${50_000 + 1000 * seconds}\n`,
    '/sys/class/powercap/intel-rapl:0/name': 'package-0\n',
    '/sys/class/powercap/intel-rapl:0/energy_uj': `${(90_000_000 + 20_000_000 * seconds) % 100_000_000}\n`,
    '/sys/class/powercap/intel-rapl:0/max_energy_range_uj': '100000000\n',
  },
  commands: {
    [nvidiaQueries.list]: 'GPU 0: NVIDIA T4\n',
    [nvidiaQueries.gpus(',clocks_event_reasons.active')]:
      '0, GPU-aaaa, NVIDIA T4, 550.54, 1590, 1590, 5000, 71, 69.5, 70.00, 99, 900, 15360, 0x0000000000000004\n',
    [nvidiaQueries.processes]: '77, GPU-aaaa\n',
  },
});

test('a look tells the clock of the cores that work, and what was used since the look before', async () => {
  const { system, moveOn } = changingMachine([0, 1, 2].map(machineAfter), 1000);
  const looker = new Looker(system, START, undefined);
  await looker.begin();
  moveOn();
  const expected = { frequencyMHz: 3800, cpuBusyShare: 0.375, cpuStealShare: 0.01, powerW: 20 };
  expect(parseSample(await looker.look())).toEqual({ atMs: 1000, temperatureC: 51, ...expected });
  moveOn();
  expect(await looker.look()).toEqual({ atMs: 2000, temperatureC: 52, ...expected });
  expect(await looker.look()).toBeUndefined();
});

test('the GPU is looked at once in five seconds, when there is one to look at', async () => {
  const { system, moveOn } = changingMachine([0, 1, 2, 3, 4, 5, 6].map(machineAfter), 1000);
  const looker = new Looker(system, START, 0);
  const elsewhere = new Looker(system, START, 1);
  await looker.begin();
  await elsewhere.begin();
  const told: unknown[] = [];
  for (let second = 1; second <= 6; second++) {
    moveOn();
    told.push((await looker.look())?.gpuThrottleReasons);
    expect(await elsewhere.look()).not.toHaveProperty('gpuClockMHz');
  }
  expect(told).toEqual([['power-cap'], undefined, undefined, undefined, undefined, ['power-cap']]);
});

test('where there is no /proc, a look tells how busy the cores were', async () => {
  const recordings: Recording[] = [10, 10.5].map((busySeconds) => ({ platform: 'win32', busySeconds }));
  const { system, moveOn } = changingMachine(recordings, 1000);
  const looker = new Looker(system, START, 0);
  await looker.begin();
  moveOn();
  expect(await looker.look()).toEqual({ atMs: 1000, cpuBusyShare: 0.5, cpuStealShare: 0 });
});

test('a counter of energy goes on over its wrap-around', async () => {
  expect(counterAdvance(10, 15, 100)).toBe(5);
  expect(counterAdvance(90, 5, 100)).toBe(15);
  const { system, moveOn } = changingMachine([0, 1, 2, 8].map(machineAfter), 1000);
  const meter = new EnergyMeter(system);
  const joules: (number | undefined)[] = [];
  for (let step = 0; step < 4; step++) {
    joules.push(await meter.read());
    moveOn();
  }
  expect(joules).toEqual([90, 110, 130, 150]);
});

const most = (list: readonly EnvironmentSample[]) => Math.max(0, ...list.map(({ gpuProcesses = 0 }) => gpuProcesses));

test('looks that are put together cover the whole time, keep their order and lose no worst case', () => {
  const looks = fc
    .array(fc.record({ busy: fc.double({ min: 0, max: 1, noNaN: true }), processes: fc.nat(5) }), { maxLength: 700 })
    .map((list) =>
      list.map(({ busy, processes }, index) => ({ atMs: index * 1000, cpuBusyShare: busy, gpuProcesses: processes })),
    );
  fc.assert(
    fc.property(looks, (samples) => {
      const thin = thinOut(samples, 120);
      expect(thin.length).toBe(Math.min(samples.length, 120));
      expect(thin.at(-1)?.atMs).toBe(samples.at(-1)?.atMs);
      expect(thin.map(({ atMs }) => atMs)).toEqual(thin.map(({ atMs }) => atMs).sort((a, b) => a - b));
      expect(most(thin)).toBe(most(samples));
    }),
  );
});

test('a watch gives what it saw until it is stopped, and nothing afterwards', async () => {
  let looked = 0;
  const seen = new EventEmitter();
  const twice = once(seen, 'twice');
  const system: System = {
    ...machineOf({}),
    now: () => new Date(START + 1000 * looked),
    readText: (path) => {
      if (path === '/proc/stat') looked += 1;
      if (looked === 4) seen.emit('twice');
      return machineOf(machineAfter(looked)).readText(path);
    },
  };
  const watch = watchEnvironment({ everyMs: 1, system, since: '2026-11-25T09:59:59Z' });
  // The watch itself keeps no process alive.
  const alive = setInterval(() => undefined, 1000);
  await twice;
  const samples = await watch.stop();
  clearInterval(alive);
  const lookedBefore = looked;
  expect(samples.length).toBeGreaterThanOrEqual(2);
  expect(samples.every(({ atMs }) => atMs > 1000)).toBe(true);
  expect(await watch.stop()).toEqual(samples);
  expect(looked).toBe(lookedBefore);
});

test('a watch that is stopped at once has seen nothing', async () => {
  expect(await watchEnvironment().stop()).toEqual([]);
});

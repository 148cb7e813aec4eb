import { EnvironmentSnapshot, parserOf } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { captureEnvironment } from './capture.js';
import {
  amdServer,
  cloudServer,
  intelLaptop,
  machineOf,
  macBook,
  nvidiaBox,
  nvidiaQueries,
  oldContainer,
  quotaContainer,
  raspberryPi,
  type Recording,
} from './machines-testing.js';

const parseSnapshot = parserOf('EnvironmentSnapshot', EnvironmentSnapshot);

/** The snapshot of a recorded machine, which the contract must accept. */
const snapshotOf = async (recording: Recording) => parseSnapshot(await captureEnvironment(machineOf(recording)));

const bare = {
  at: '2026-11-25T10:00:00.000Z',
  cpuModel: 'Test CPU',
  logicalCores: 4,
  load1: 0.5,
  memoryTotalBytes: 8e9,
};

test('a machine without /proc and /sys leaves out what it does not tell', async () => {
  expect(await snapshotOf({})).toEqual({ ...bare, memoryAvailableBytes: 1e9 });
});

test('a laptop with an Intel CPU tells everything', async () => {
  expect(await snapshotOf(intelLaptop)).toEqual({
    ...bare,
    cpuModel: 'Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz',
    memoryAvailableBytes: 9_120_500 * 1024,
    uptimeSeconds: 86_432.17,
    affinity: '0-3',
    governor: 'powersave',
    frequencyDriver: 'intel_pstate',
    energyPreference: 'balance_performance',
    turbo: true,
    simultaneousThreads: true,
    powerSource: 'battery',
    frequencyMHz: 3300,
    maxFrequencyMHz: 4200,
    temperatureC: 63,
    energyJoules: 52,
    cpuPressure10: 1.5,
    memoryPressure10: 0.25,
    ioPressure10: 3,
    cpuBusySeconds: 3410.5,
    cpuStealSeconds: 0,
    swapUsedBytes: 524_288 * 1024,
    throttleCount: 0 + 1 + 2 + 3 + 9,
  });
});

test('a virtual machine tells its hypervisor, and the clock of the cores that we may use', async () => {
  const snapshot = await snapshotOf(cloudServer);
  expect(snapshot).toMatchObject({ virtualisation: 'amazon', frequencyMHz: 3100, cpuStealSeconds: 0.5 });
  expect(snapshot.simultaneousThreads).toBe(false);
  expect(snapshot).not.toHaveProperty('maxFrequencyMHz');
  expect(snapshot).not.toHaveProperty('temperatureC');
  expect(snapshot).not.toHaveProperty('powerSource');
});

test("an AMD server tells the die's temperature, not the one made for its fans, and no energy where that is for root", async () => {
  const snapshot = await snapshotOf(amdServer);
  expect(snapshot).toMatchObject({
    temperatureC: 47.625,
    turbo: false,
    simultaneousThreads: true,
    governor: 'performance',
  });
  expect(snapshot).not.toHaveProperty('energyJoules');
  expect(snapshot).not.toHaveProperty('virtualisation');
});

test('a board whose CPU has no name is called by the name of the board', async () => {
  expect(await snapshotOf(raspberryPi)).toMatchObject({
    cpuModel: 'Raspberry Pi 4 Model B Rev 1.4',
    governor: 'ondemand',
    frequencyMHz: 600,
    maxFrequencyMHz: 1800,
    temperatureC: 48.686,
  });
});

test('limits of every level above a container count, and what is left below them', async () => {
  expect(await snapshotOf(quotaContainer)).toMatchObject({
    containerCpus: 2,
    containerMemoryBytes: 4_294_967_296,
    containerThrottledSeconds: 1.25,
    memoryAvailableBytes: 2_000_000_000,
  });
});

test('limits of cgroup v1 count where only those are mounted', async () => {
  expect(await snapshotOf(oldContainer)).toMatchObject({
    containerCpus: 0.5,
    containerMemoryBytes: 1_073_741_824,
    containerThrottledSeconds: 0.75,
    memoryAvailableBytes: 600_000_000,
  });
});

test('a Mac tells through its commands, and its nominal clock is not told as what it runs at', async () => {
  const snapshot = await snapshotOf(macBook);
  expect(snapshot).toMatchObject({
    cpuModel: 'Apple M2',
    powerSource: 'mains',
    simultaneousThreads: false,
    swapUsedBytes: 1024.5 * 1024 * 1024,
    memoryAvailableBytes: 216_000 * 16_384,
    maxFrequencyMHz: 2400,
    cpuBusySeconds: 80,
    uptimeSeconds: 3600,
  });
  expect(snapshot).not.toHaveProperty('frequencyMHz');
});

test('a Mac without these commands, and Windows, tell what Node does', async () => {
  const told = { memoryAvailableBytes: 1e9, maxFrequencyMHz: 2400, cpuBusySeconds: 40, uptimeSeconds: 3600 };
  for (const platform of ['darwin', 'win32'] as const) {
    expect(await snapshotOf({ platform, speedMHz: 2400, busySeconds: 10 })).toEqual({ ...bare, ...told });
  }
});

test('NVIDIA GPUs are told with an old driver too, and what one does not tell is left out', async () => {
  expect((await snapshotOf(nvidiaBox)).gpus).toEqual([
    {
      index: 0,
      name: 'NVIDIA H100 80GB HBM3',
      driver: '535.161.08',
      clockMHz: 1755,
      maxClockMHz: 1980,
      memoryClockMHz: 2619,
      temperatureC: 64,
      powerW: 652.31,
      powerLimitW: 700,
      utilisation: 0.97,
      memoryUsedBytes: 21_504 * 1024 * 1024,
      memoryTotalBytes: 81_559 * 1024 * 1024,
      throttleReasons: ['power-cap', 'software-thermal'],
      processes: 2,
    },
    {
      index: 1,
      name: 'NVIDIA T400',
      driver: '535.161.08',
      clockMHz: 300,
      maxClockMHz: 1425,
      memoryClockMHz: 405,
      temperatureC: 38,
      utilisation: 0,
      memoryUsedBytes: 12 * 1024 * 1024,
      memoryTotalBytes: 1871 * 1024 * 1024,
      throttleReasons: ['idle'],
      processes: 0,
    },
  ]);
});

test('whether nvidia-smi is there is found out once', async () => {
  let asked = 0;
  const machine = {
    ...machineOf({}),
    run: () => {
      asked += 1;
      return Promise.resolve(undefined);
    },
  };
  await captureEnvironment(machine);
  await captureEnvironment(machine);
  expect(asked).toBe(1);
});

test('texts that make no sense leave their fields out and never fail the snapshot', async () => {
  const everything = {
    ...intelLaptop.files,
    ...raspberryPi.files,
    ...quotaContainer.files,
    ...oldContainer.files,
    ...amdServer.files,
  };
  const commands = { ...macBook.commands, ...nvidiaBox.commands, [nvidiaQueries.gpus('')]: '' };
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('\n', ' ', ':', 'cpu 1 2', '-1', '0x', '[N/A]', ', , ,', '9'.repeat(30)),
  );
  const garbled = (texts: Readonly<Record<string, string>>) =>
    fc.record(
      Object.fromEntries(
        Object.entries(texts).map(([key, text]) => [
          key,
          fc.oneof(
            fc.constant(text),
            fc.tuple(fc.nat(text.length), piece).map(([at, noise]) => text.slice(0, at) + noise + text.slice(at + 3)),
          ),
        ]),
      ),
    );
  const platform = fc.constantFrom<NodeJS.Platform[]>('linux', 'darwin', 'win32');
  await fc.assert(
    fc.asyncProperty(garbled(everything), garbled(commands), platform, async (files, answers, os) => {
      await snapshotOf({ platform: os, files, commands: answers });
    }),
    { numRuns: 50 },
  );
});

test('this machine gives a snapshot that the contract accepts', async () => {
  const snapshot = await captureEnvironment();
  expect(parseSnapshot(snapshot)).toEqual(snapshot);
  expect(snapshot.logicalCores).toBeGreaterThan(0);
  expect(snapshot.memoryAvailableBytes).toBeLessThanOrEqual(snapshot.memoryTotalBytes);
});

import type { EnvironmentSample, EnvironmentSnapshot, GpuState, MeasurementWarning } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { documentedWarnings } from './documented-testing.js';
import type { Surroundings } from './surroundings.js';
import { environmentWarnings } from './warnings.js';

const quiet: EnvironmentSnapshot = {
  at: '2026-11-25T10:00:00.000Z',
  cpuModel: 'Test CPU',
  logicalCores: 2,
  load1: 0,
  memoryTotalBytes: 1000,
  memoryAvailableBytes: 900,
  swapUsedBytes: 0,
  cpuBusySeconds: 100,
  cpuStealSeconds: 1,
  throttleCount: 5,
  containerThrottledSeconds: 3,
  maxFrequencyMHz: 4000,
};
const tenSecondsLater: EnvironmentSnapshot = { ...quiet, at: '2026-11-25T10:00:10.000Z', cpuBusySeconds: 110 };

const warn = (after: Partial<EnvironmentSnapshot>, more: Partial<Surroundings> = {}): MeasurementWarning[] =>
  environmentWarnings({ before: quiet, after: { ...tenSecondsLater, ...after }, ownCpuSeconds: 10, ...more });

const documented = new Map(documentedWarnings().map((each) => [each.code, each.evidence]));

/** Ten looks at work, a second apart. */
const looks = (of: (index: number) => Partial<EnvironmentSample>): EnvironmentSample[] =>
  Array.from({ length: 10 }, (_, index) => ({ atMs: 1000 * index, cpuBusyShare: 0.5, ...of(index) }));

const gpu = (changes: Partial<GpuState> = {}): GpuState => ({
  index: 0,
  name: 'NVIDIA T4',
  driver: '550.54',
  throttleReasons: ['idle'],
  processes: 0,
  ...changes,
});

test('a quiet machine that only the probe used gives no warning', () => {
  const during = looks((index) => ({ frequencyMHz: 3600 - 50 * (index % 3), temperatureC: 50 + index, powerW: 15 }));
  expect(warn({}, { during })).toEqual([]);
});

test.each<{ code: string; after?: Partial<EnvironmentSnapshot>; more?: Partial<Surroundings>; evidence: object }>([
  { code: 'cpu-steal', after: { cpuStealSeconds: 1.5 }, evidence: { share: 0.025, seconds: 0.5, worstShare: 0.025 } },
  {
    code: 'cpu-steal',
    after: { cpuStealSeconds: 1.5 },
    more: { during: looks((index) => ({ cpuStealShare: index === 4 ? 0.25 : 0 })) },
    evidence: { share: 0.025, seconds: 0.5, worstShare: 0.25 },
  },
  { code: 'other-load', after: { cpuBusySeconds: 114 }, evidence: { otherCores: 0.4, cores: 2 } },
  {
    code: 'cpu-quota',
    after: { containerThrottledSeconds: 3.5, containerCpus: 1.5 },
    evidence: { seconds: 0.5, share: 0.05, cpus: 1.5 },
  },
  { code: 'cpu-throttled', after: { throttleCount: 7 }, evidence: { times: 2 } },
  {
    code: 'cpu-throttled',
    more: { during: looks(() => ({ frequencyMHz: 1900 })) },
    evidence: { frequencyMHz: 1900, maxFrequencyMHz: 4000 },
  },
  {
    code: 'frequency-changed',
    more: { during: looks((index) => ({ frequencyMHz: index % 2 === 0 ? 3000 : 4000 })) },
    evidence: { lowMHz: 3000, highMHz: 4000, spread: 1000 / 3500 },
  },
  {
    code: 'thermal-drift',
    more: { during: looks((index) => ({ frequencyMHz: 3800 - 20 * index })) },
    evidence: { of: 'cpu', fromMHz: 3780, toMHz: 3640 },
  },
  {
    code: 'thermal-drift',
    more: { during: looks((index) => ({ temperatureC: 60 + 3 * index })) },
    evidence: { of: 'cpu', fromC: 63, toC: 84 },
  },
  {
    code: 'thermal-drift',
    more: {
      provider: 'cuda',
      during: looks((index) => ({
        gpuClockMHz: 1900 - 10 * index,
        gpuTemperatureC: 60 + 3 * index,
        frequencyMHz: 3000,
      })),
    },
    evidence: { of: 'gpu', fromMHz: 1890, toMHz: 1820, fromC: 63, toC: 84 },
  },
  { code: 'governor-powersave', after: { governor: 'powersave' }, evidence: { governor: 'powersave' } },
  {
    code: 'governor-powersave',
    after: { governor: 'powersave', frequencyDriver: 'intel_pstate', energyPreference: 'balance_power' },
    evidence: { governor: 'powersave', driver: 'intel_pstate', preference: 'balance_power' },
  },
  { code: 'on-battery', after: { powerSource: 'battery' }, evidence: { when: 'after' } },
  { code: 'swap', after: { swapUsedBytes: 2 ** 21 }, evidence: { bytes: 2 ** 21 } },
  { code: 'memory-pressure', after: { memoryAvailableBytes: 50 }, evidence: { availableBytes: 50, totalBytes: 1000 } },
  {
    code: 'memory-pressure',
    after: { memoryAvailableBytes: 15, containerMemoryBytes: 200 },
    evidence: { availableBytes: 15, totalBytes: 200 },
  },
  {
    code: 'memory-pressure',
    after: { memoryPressure10: 12 },
    evidence: { availableBytes: 900, totalBytes: 1000, pressurePercent: 12 },
  },
  {
    code: 'gpu-throttled',
    more: {
      provider: 'cuda',
      during: looks((index) => (index % 5 === 0 ? { gpuThrottleReasons: index === 0 ? ['idle'] : ['power-cap'] } : {})),
    },
    evidence: { reasons: 'power-cap', looks: 1, ofLooks: 2 },
  },
  {
    code: 'gpu-throttled',
    after: { gpus: [gpu({ throttleReasons: ['application-clocks', 'hardware-thermal'] })] },
    more: { provider: 'tensorrt' },
    evidence: { reasons: 'hardware-thermal', looks: 1, ofLooks: 1 },
  },
  {
    code: 'gpu-shared',
    more: { provider: 'cuda', before: { ...quiet, gpus: [gpu({ processes: 2 })] } },
    evidence: { processes: 2 },
  },
  {
    code: 'gpu-shared',
    more: { provider: 'webgpu', before: { ...quiet, gpus: [gpu({ processes: 1 })] } },
    evidence: { processes: 1 },
  },
  {
    code: 'gpu-shared',
    more: { provider: 'cuda', during: looks(() => ({ gpuProcesses: 2 })) },
    evidence: { processes: 1 },
  },
])('$code comes with its evidence: $evidence', ({ code, after = {}, more, evidence }) => {
  expect(warn(after, more)).toEqual([{ code, evidence }]);
  expect(documented.get(code)).toEqual(expect.arrayContaining(Object.keys(evidence)));
});

test.each<{ what: string; after?: Partial<EnvironmentSnapshot>; more?: Partial<Surroundings> }>([
  { what: 'a stray tenth of a percent of stolen time', after: { cpuStealSeconds: 1.02 } },
  { what: 'a daemon that wakes now and then', after: { cpuBusySeconds: 111 } },
  { what: 'throttling of long ago', after: { throttleCount: 5 } },
  { what: 'another governor', after: { governor: 'schedutil' } },
  {
    what: 'the ordinary governor of a CPU that sets its own frequency',
    after: { governor: 'powersave', frequencyDriver: 'intel_pstate', energyPreference: 'balance_performance' },
  },
  {
    what: 'the same without a preference, on an older CPU',
    after: { governor: 'powersave', frequencyDriver: 'intel_pstate' },
  },
  { what: 'a few swapped pages', after: { swapUsedBytes: 4096 } },
  {
    what: 'a low clock while the CPU dozes',
    more: { during: looks(() => ({ frequencyMHz: 800, cpuBusyShare: 0.1 })) },
  },
  {
    what: 'a change of clock in a run too short to tell',
    more: { during: looks((index) => ({ frequencyMHz: index % 2 === 0 ? 3000 : 4000 })).slice(0, 4) },
  },
  {
    what: 'a single look at another clock',
    more: { during: looks((index) => ({ frequencyMHz: index === 5 ? 2500 : 3600 })) },
  },
  {
    what: 'a cool device that gets warm',
    more: { during: looks((index) => ({ temperatureC: 35 + 3 * index })) },
  },
  {
    what: 'a hot device that stays as hot as it is',
    more: { during: looks((index) => ({ temperatureC: 88 + (index % 2) })) },
  },
  {
    what: "a GPU's clock that somebody set",
    after: { gpus: [gpu({ throttleReasons: ['application-clocks'] })] },
    more: { provider: 'cuda' },
  },
  { what: 'the probe itself on the GPU', more: { provider: 'cuda', during: looks(() => ({ gpuProcesses: 1 })) } },
  {
    what: 'a busy GPU while the CPU is measured',
    after: { gpus: [gpu({ processes: 3, throttleReasons: ['power-cap'] })] },
    more: { provider: 'cpu' },
  },
  {
    what: 'one of several GPUs, when nobody knows which was measured',
    more: { provider: 'webgpu', before: { ...quiet, gpus: [gpu({ processes: 3 }), gpu({ index: 1 })] } },
  },
  {
    what: 'a busy GPU next to the one that is measured',
    after: { gpus: [gpu(), gpu({ index: 1, processes: 3, throttleReasons: ['power-cap'] })] },
    more: { provider: 'cuda' },
  },
])('$what gives none', ({ after = {}, more }) => {
  expect(warn(after, more)).toEqual([]);
});

test('what a platform does not tell cannot be held against it', () => {
  const silent: EnvironmentSnapshot = {
    at: quiet.at,
    cpuModel: 'Test CPU',
    logicalCores: 2,
    load1: 0,
    memoryTotalBytes: 1000,
    memoryAvailableBytes: 900,
  };
  const after = { ...silent, at: tenSecondsLater.at };
  for (const provider of ['cpu', 'cuda', 'coreml']) {
    expect(environmentWarnings({ before: silent, after, ownCpuSeconds: 3, provider })).toEqual([]);
  }
});

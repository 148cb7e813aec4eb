import { expect, test } from '@jest/globals';
import {
  parseAffinity,
  parseCfsQuota,
  parseCgroupPaths,
  hasHypervisorFlag,
  parseCpuInfoMHz,
  parseCpuList,
  parseCpuMax,
  parseInteger,
  parseMemInfo,
  parseMemoryLimit,
  parseKeyedInteger,
  parsePressure,
  parseProcStat,
  parseUptime,
} from './proc-text.js';

test('/proc/stat gives busy and stolen time of all CPUs, guests not counted twice', () => {
  const text = 'cpu  1000 20 300 9000 40 5 6 70 15 0\ncpu0 500 10 150 4500 20 2 3 35 7 0\nctxt 1\n';
  expect(parseProcStat(text)).toEqual({
    busySeconds: 13.31,
    stealSeconds: 0.7,
    cores: new Map([[0, { busySeconds: 6.65, stealSeconds: 0.35 }]]),
  });
  expect(parseProcStat('cpu  1 2 3 4\n')).toMatchObject({ busySeconds: 0.06, stealSeconds: 0 });
  expect(parseProcStat('nothing')).toBeUndefined();
});

test('/proc/meminfo gives memory and used swap in bytes', () => {
  const text = 'MemTotal:       1000 kB\nMemFree:  1 kB\nMemAvailable:    600 kB\nSwapTotal: 50 kB\nSwapFree:  20 kB\n';
  expect(parseMemInfo(text)).toEqual({ totalBytes: 1_024_000, availableBytes: 614_400, swapUsedBytes: 30_720 });
  expect(parseMemInfo('MemTotal: 1000 kB\n')).toBeUndefined();
});

test('pressure, affinity and clock are found where they are', () => {
  expect(parsePressure('some avg10=7.84 avg60=6.62 avg300=6.07 total=65638227\nfull avg10=0.00\n')).toBe(7.84);
  expect(parsePressure('')).toBeUndefined();
  expect(parseAffinity('Name:\tnode\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1,4\n')).toBe('0-1,4');
  const clocks = parseCpuInfoMHz('processor\t: 0\ncpu MHz\t\t: 2596.134\nprocessor\t: 3\ncpu MHz\t\t: 1.0\n');
  expect([...clocks]).toEqual([
    [0, 2596.134],
    [3, 1],
  ]);
  expect([...parseCpuInfoMHz('processor\t: 0\nBogoMIPS\t: 108.00\n')]).toEqual([]);
  expect(hasHypervisorFlag('flags\t\t: fpu hypervisor lahf_lm\n')).toBe(true);
  expect(hasHypervisorFlag('flags\t\t: fpu\nmodel name\t: hypervisor\n')).toBe(false);
  expect(parseUptime('86432.17 301222.90\n')).toBe(86_432.17);
  expect(parseUptime('soon')).toBeUndefined();
  expect(parseKeyedInteger('nr_periods 3\nthrottled_usec 12\n', 'throttled_usec')).toBe(12);
  expect(parseKeyedInteger('not_throttled_usec 12\n', 'throttled_usec')).toBeUndefined();
});

test('lists of CPUs are read, and a hostile one is cut short', () => {
  expect(parseCpuList('0-2,8\n')).toEqual([0, 1, 2, 8]);
  expect(parseCpuList('')).toEqual([]);
  expect(parseCpuList('3-1,x,,5')).toEqual([5]);
  expect(parseCpuList('0-99999999999').length).toBe(8192);
});

test('limits of both versions of cgroups are read, and their ways to say none', () => {
  expect(parseCpuMax('150000 100000\n')).toBe(1.5);
  expect(parseCpuMax('max 100000\n')).toBeUndefined();
  expect(parseCpuMax(undefined)).toBeUndefined();
  expect(parseCfsQuota('50000\n', '100000\n')).toBe(0.5);
  expect(parseCfsQuota('-1\n', '100000\n')).toBeUndefined();
  expect(parseMemoryLimit('536870912\n')).toBe(536_870_912);
  expect(parseMemoryLimit('max\n')).toBeUndefined();
  expect(parseMemoryLimit('9223372036854771712\n')).toBeUndefined();
});

test('/proc/self/cgroup names the path of each hierarchy', () => {
  const paths = parseCgroupPaths('4:memory:/docker/a\n3:cpu,cpuacct:/docker/b\n0::/user.slice\n');
  expect([...paths]).toEqual([
    ['memory', '/docker/a'],
    ['cpu', '/docker/b'],
    ['cpuacct', '/docker/b'],
    ['', '/user.slice'],
  ]);
});

test('a file that holds something else than a whole number holds none', () => {
  expect(['42\n', '-1', 'max', '', '1.5', undefined].map(parseInteger)).toEqual([
    42,
    -1,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

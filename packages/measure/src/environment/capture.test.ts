import { EnvironmentSnapshot, parserOf } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { captureEnvironment } from './capture.js';
import type { System } from './system.js';

const parseSnapshot = parserOf('EnvironmentSnapshot', EnvironmentSnapshot);

/** A machine made of files. */
function machineOf(files: Readonly<Record<string, string>>): System {
  const names = Object.keys(files);
  return {
    now: () => new Date('2026-11-25T10:00:00Z'),
    readText: (path) => Promise.resolve(files[path]),
    list: (path) => {
      const inside = names.filter((name) => name.startsWith(`${path}/`));
      return Promise.resolve([...new Set(inside.map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))]);
    },
    cpuModel: () => 'Test CPU',
    logicalCores: () => 4,
    load1: () => 0.5,
    totalBytes: () => 8e9,
    freeBytes: () => 1e9,
  };
}

const bare = {
  at: '2026-11-25T10:00:00.000Z',
  cpuModel: 'Test CPU',
  logicalCores: 4,
  load1: 0.5,
  memoryTotalBytes: 8e9,
};

test('a machine without /proc and /sys leaves out what it does not tell', async () => {
  expect(await captureEnvironment(machineOf({}))).toEqual({ ...bare, memoryAvailableBytes: 1e9 });
});

test('a Linux laptop in a container tells everything', async () => {
  const snapshot = await captureEnvironment(
    machineOf({
      '/proc/self/status': 'Cpus_allowed_list:\t0-3\n',
      '/proc/pressure/cpu': 'some avg10=1.50 avg60=0 avg300=0 total=1\n',
      '/proc/stat': 'cpu  100 0 100 5000 0 0 0 50 0 0\n',
      '/proc/meminfo': 'MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\nSwapTotal: 10 kB\nSwapFree: 4 kB\n',
      '/proc/self/cgroup': '0::/job\n',
      '/sys/fs/cgroup/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/job/cpu.max': '200000 100000\n',
      '/sys/fs/cgroup/job/memory.max': '4294967296\n',
      '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'powersave\n',
      '/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq': '3400000\n',
      '/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count': '3\n',
      '/sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count': '4\n',
      '/sys/devices/system/cpu/cpufreq/boost': '1\n',
      '/sys/class/thermal/thermal_zone0/type': 'BAT0\n',
      '/sys/class/thermal/thermal_zone0/temp': '99000\n',
      '/sys/class/thermal/thermal_zone1/type': 'x86_pkg_temp\n',
      '/sys/class/thermal/thermal_zone1/temp': '61500\n',
    }),
  );
  expect(snapshot).toEqual({
    ...bare,
    memoryAvailableBytes: 4_096_000_000,
    affinity: '0-3',
    cpuPressure10: 1.5,
    cpuBusySeconds: 2,
    cpuStealSeconds: 0.5,
    swapUsedBytes: 6144,
    governor: 'powersave',
    frequencyMHz: 3400,
    temperatureC: 61.5,
    throttleCount: 7,
    containerCpus: 2,
    containerMemoryBytes: 4_294_967_296,
  });
});

test('limits of cgroup v1 count where only those are mounted', async () => {
  const snapshot = await captureEnvironment(
    machineOf({
      '/proc/self/cgroup': '4:memory:/job\n1:cpu:/\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/memory/job/memory.limit_in_bytes': '1073741824\n',
    }),
  );
  expect(snapshot).toMatchObject({ containerCpus: 0.5, containerMemoryBytes: 1_073_741_824 });
});

test('this machine gives a snapshot that the contract accepts', async () => {
  const snapshot = await captureEnvironment();
  expect(parseSnapshot(snapshot)).toEqual(snapshot);
  expect(snapshot.logicalCores).toBeGreaterThan(0);
  expect(snapshot.memoryAvailableBytes).toBeLessThanOrEqual(snapshot.memoryTotalBytes);
});

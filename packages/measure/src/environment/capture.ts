import type { EnvironmentSnapshot } from '@espalier/contracts';
import { readContainerLimits } from './container-limits.js';
import { readCpuState } from './cpu-files.js';
import { parseAffinity, parseCpuPressure, parseMemInfo, parseProcStat } from './proc-text.js';
import { type System, thisSystem } from './system.js';

type LinuxCounters = Pick<
  EnvironmentSnapshot,
  'affinity' | 'cpuPressure10' | 'cpuBusySeconds' | 'cpuStealSeconds' | 'swapUsedBytes'
>;

/** The counters of /proc, and the memory that a new process could use. */
async function readProc(system: System): Promise<{ counters: LinuxCounters; availableBytes: number | undefined }> {
  const status = await system.readText('/proc/self/status');
  const pressureText = await system.readText('/proc/pressure/cpu');
  const stat = await system.readText('/proc/stat');
  const memory = parseMemInfo((await system.readText('/proc/meminfo')) ?? '');
  const affinity = status === undefined ? undefined : parseAffinity(status);
  const pressure = pressureText === undefined ? undefined : parseCpuPressure(pressureText);
  const times = stat === undefined ? undefined : parseProcStat(stat);
  return {
    counters: {
      ...(affinity === undefined ? {} : { affinity }),
      ...(pressure === undefined ? {} : { cpuPressure10: pressure }),
      ...(times === undefined ? {} : { cpuBusySeconds: times.busySeconds, cpuStealSeconds: times.stealSeconds }),
      ...(memory === undefined ? {} : { swapUsedBytes: memory.swapUsedBytes }),
    },
    availableBytes: memory?.availableBytes,
  };
}

/**
 * What the device looks like now. A field is absent where the platform does not tell: everything of /proc and /sys is on
 * Linux only.
 */
export async function captureEnvironment(system: System = thisSystem): Promise<EnvironmentSnapshot> {
  const { counters, availableBytes } = await readProc(system);
  return {
    at: system.now().toISOString(),
    cpuModel: system.cpuModel() ?? 'unknown',
    logicalCores: system.logicalCores(),
    load1: system.load1(),
    memoryTotalBytes: system.totalBytes(),
    memoryAvailableBytes: availableBytes ?? system.freeBytes(),
    ...counters,
    ...(await readCpuState(system)),
    ...(await readContainerLimits(system)),
  };
}

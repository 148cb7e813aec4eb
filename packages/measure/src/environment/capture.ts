import type { EnvironmentSnapshot } from '@espalier/contracts';
import { readContainer } from './container.js';
import { readCpuState } from './cpu-files.js';
import { energyMeterOf } from './energy.js';
import { known, largestOf, smallestOf, sumOf } from './known.js';
import { readMac } from './macos.js';
import { readNvidiaGpus } from './nvidia.js';
import { readPowerSource } from './power-supply.js';
import { parseAffinity, parseMemInfo, parsePressure, parseProcStat, parseUptime } from './proc-text.js';
import { findSensors, readHottestC } from './sensors.js';
import { type System, thisSystem } from './system.js';
import { readVirtualisation } from './virtualisation.js';

type Told = Partial<EnvironmentSnapshot>;

/** What a platform tells, and the memory that a new process could use there. */
interface PlatformState {
  readonly told: Told;
  readonly availableBytes: number | undefined;
}

async function readProc(system: System): Promise<PlatformState> {
  const read = async (path: string) => (await system.readText(path)) ?? '';
  const [status, stat, memInfo, uptime, cpuPressure, memoryPressure, ioPressure] = await Promise.all([
    read('/proc/self/status'),
    read('/proc/stat'),
    read('/proc/meminfo'),
    read('/proc/uptime'),
    read('/proc/pressure/cpu'),
    read('/proc/pressure/memory'),
    read('/proc/pressure/io'),
  ]);
  const memory = parseMemInfo(memInfo);
  const times = parseProcStat(stat);
  return {
    told: known({
      affinity: parseAffinity(status),
      uptimeSeconds: parseUptime(uptime),
      cpuPressure10: parsePressure(cpuPressure),
      memoryPressure10: parsePressure(memoryPressure),
      ioPressure10: parsePressure(ioPressure),
      cpuBusySeconds: times?.busySeconds,
      cpuStealSeconds: times?.stealSeconds,
      swapUsedBytes: memory?.swapUsedBytes,
    }),
    availableBytes: memory?.availableBytes,
  };
}

/** ARM boards often do not name their CPU, but the device tree names the board. */
async function boardModel(system: System): Promise<string | undefined> {
  const model = (await system.readText('/proc/device-tree/model'))?.replaceAll('\0', '').trim();
  return model === '' ? undefined : model;
}

async function readLinux(system: System): Promise<PlatformState> {
  const { told, availableBytes } = await readProc(system);
  const [cpu, container, sensors, energyJoules, powerSource, virtualisation] = await Promise.all([
    readCpuState(system, told.affinity),
    readContainer(system),
    findSensors(system),
    energyMeterOf(system).read(),
    readPowerSource(system),
    readVirtualisation(system),
  ]);
  const temperatureC = await readHottestC(system, sensors);
  return {
    told: {
      ...told,
      ...cpu,
      ...container.state,
      ...known({ temperatureC, energyJoules, powerSource, virtualisation }),
    },
    availableBytes: smallestOf([availableBytes, container.availableBytes]),
  };
}

/** What Node tells on platforms without /proc. Clocks are nominal there, so they are not told as what the CPU does now. */
function readNode(system: System): Told {
  const cores = system.cores();
  const speed = largestOf(cores.map(({ speedMHz }) => speedMHz)) ?? 0;
  return known({
    uptimeSeconds: system.uptimeSeconds(),
    maxFrequencyMHz: speed > 0 ? speed : undefined,
    cpuBusySeconds: sumOf(cores.map(({ busySeconds }) => busySeconds)),
  });
}

async function readPlatform(system: System): Promise<PlatformState> {
  switch (system.platform) {
    case 'linux':
    case 'android':
      return readLinux(system);
    case 'darwin': {
      const { state, availableBytes } = await readMac(system);
      return { told: { ...readNode(system), ...state }, availableBytes };
    }
    default:
      return { told: readNode(system), availableBytes: undefined };
  }
}

async function cpuModel(system: System): Promise<string> {
  const named = system.cores()[0]?.model;
  return named === undefined || named === '' || named === 'unknown' ? ((await boardModel(system)) ?? 'unknown') : named;
}

/**
 * What the device looks like now. A field is absent where the platform does not tell: most of it is on Linux only.
 * Never fails, and takes no longer than the slowest of the platform's own commands may (3 s each).
 */
export async function captureEnvironment(system: System = thisSystem): Promise<EnvironmentSnapshot> {
  const [{ told, availableBytes }, gpus] = await Promise.all([readPlatform(system), readNvidiaGpus(system)]);
  return {
    at: system.now().toISOString(),
    cpuModel: await cpuModel(system),
    logicalCores: system.logicalCores(),
    load1: system.load1(),
    memoryTotalBytes: system.totalBytes(),
    memoryAvailableBytes: availableBytes ?? system.freeBytes(),
    ...told,
    ...(gpus === undefined ? {} : { gpus }),
  };
}

import { parseCpuInfoMHz, parseInteger } from './proc-text.js';
import type { System } from './system.js';

const CPU_FOLDER = '/sys/devices/system/cpu';
const THERMAL_FOLDER = '/sys/class/thermal';
const KHZ_PER_MHZ = 1000;
const MILLIDEGREES = 1000;

/** Thermal zones that sit on the processor; others measure the battery, the radio or the board. */
const processorZone = /cpu|pkg|core|soc|k10temp/i;

/** What Linux tells of a CPU's clock and heat; absent: it does not tell here. */
export interface CpuState {
  readonly governor?: string;
  readonly frequencyMHz?: number;
  readonly temperatureC?: number;
  readonly throttleCount?: number;
}

async function frequencyMHz(system: System): Promise<number | undefined> {
  const kHz = parseInteger(await system.readText(`${CPU_FOLDER}/cpu0/cpufreq/scaling_cur_freq`));
  if (kHz !== undefined) return kHz / KHZ_PER_MHZ;
  const cpuInfo = await system.readText('/proc/cpuinfo');
  return cpuInfo === undefined ? undefined : parseCpuInfoMHz(cpuInfo);
}

async function temperatureC(system: System): Promise<number | undefined> {
  const zones = (await system.list(THERMAL_FOLDER)).filter((name) => name.startsWith('thermal_zone'));
  const readings = await Promise.all(
    zones.map(async (zone) => ({
      type: (await system.readText(`${THERMAL_FOLDER}/${zone}/type`)) ?? '',
      milli: parseInteger(await system.readText(`${THERMAL_FOLDER}/${zone}/temp`)),
    })),
  );
  const hot = readings.flatMap(({ type, milli }) => (milli !== undefined && processorZone.test(type) ? [milli] : []));
  return hot.length === 0 ? undefined : Math.max(...hot) / MILLIDEGREES;
}

async function throttleCount(system: System): Promise<number | undefined> {
  const cores = (await system.list(CPU_FOLDER)).filter((name) => /^cpu\d+$/.test(name));
  const counts = await Promise.all(
    cores.map((core) => system.readText(`${CPU_FOLDER}/${core}/thermal_throttle/core_throttle_count`)),
  );
  const known = counts.map(parseInteger).filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
}

/** Reads governor, clock, temperature and throttling of the CPU from /sys and /proc. */
export async function readCpuState(system: System): Promise<CpuState> {
  const governor = (await system.readText(`${CPU_FOLDER}/cpu0/cpufreq/scaling_governor`))?.trim();
  const mhz = await frequencyMHz(system);
  const celsius = await temperatureC(system);
  const throttled = await throttleCount(system);
  return {
    ...(governor === undefined ? {} : { governor }),
    ...(mhz === undefined ? {} : { frequencyMHz: mhz }),
    ...(celsius === undefined ? {} : { temperatureC: celsius }),
    ...(throttled === undefined ? {} : { throttleCount: throttled }),
  };
}

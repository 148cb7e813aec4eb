import { known, largestOf, meanOf, sumOf } from './known.js';
import { parseCpuInfoMHz, parseCpuList, parseInteger } from './proc-text.js';
import type { System } from './system.js';

const CPU_FOLDER = '/sys/devices/system/cpu';
const KHZ_PER_MHZ = 1000;

/** What Linux tells of a CPU's clock; absent: it does not tell here. */
export interface CpuState {
  readonly governor?: string;
  readonly frequencyDriver?: string;
  readonly energyPreference?: string;
  readonly turbo?: boolean;
  readonly simultaneousThreads?: boolean;
  readonly frequencyMHz?: number;
  readonly maxFrequencyMHz?: number;
  readonly throttleCount?: number;
}

async function trimmed(system: System, path: string): Promise<string | undefined> {
  const text = (await system.readText(path))?.trim();
  return text === '' ? undefined : text;
}

async function integerIn(system: System, path: string): Promise<number | undefined> {
  return parseInteger(await system.readText(path));
}

/** The logical cores that the kernel lists, in order. */
async function listCores(system: System): Promise<readonly number[]> {
  const names = await system.list(CPU_FOLDER);
  return names.flatMap((name) => (/^cpu\d+$/.test(name) ? [Number(name.slice(3))] : [])).sort((a, b) => a - b);
}

/** The clocks of some cores now, in MHz; cores that do not tell are left out. */
export async function readClocksMHz(system: System, cores: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const read = await Promise.all(
    cores.map(async (core) => [core, await integerIn(system, `${CPU_FOLDER}/cpu${core}/cpufreq/scaling_cur_freq`)]),
  );
  const clocks = new Map<number, number>();
  for (const [core, kHz] of read) if (core !== undefined && kHz !== undefined) clocks.set(core, kHz / KHZ_PER_MHZ);
  if (clocks.size > 0) return clocks;
  const told = parseCpuInfoMHz((await system.readText('/proc/cpuinfo')) ?? '');
  return new Map([...told].filter(([core]) => cores.includes(core)));
}

async function maxFrequencyMHz(system: System, cores: readonly number[]): Promise<number | undefined> {
  const kHz = await Promise.all(
    cores.map((core) => integerIn(system, `${CPU_FOLDER}/cpu${core}/cpufreq/cpuinfo_max_freq`)),
  );
  const largest = largestOf(kHz);
  return largest === undefined ? undefined : largest / KHZ_PER_MHZ;
}

/** Whether the CPU may go beyond its base frequency: intel_pstate says it the other way round. */
async function turbo(system: System, core: number): Promise<boolean | undefined> {
  const off = await integerIn(system, `${CPU_FOLDER}/intel_pstate/no_turbo`);
  if (off !== undefined) return off === 0;
  const boost =
    (await integerIn(system, `${CPU_FOLDER}/cpufreq/boost`)) ??
    (await integerIn(system, `${CPU_FOLDER}/cpu${core}/cpufreq/boost`));
  return boost === undefined ? undefined : boost === 1;
}

async function simultaneousThreads(system: System, core: number): Promise<boolean | undefined> {
  const active = await integerIn(system, `${CPU_FOLDER}/smt/active`);
  if (active !== undefined) return active === 1;
  const siblings = await system.readText(`${CPU_FOLDER}/cpu${core}/topology/thread_siblings_list`);
  return siblings === undefined ? undefined : parseCpuList(siblings).length > 1;
}

/** How often cores, and the packages that they sit in, were slowed down by heat since boot. */
async function throttleCount(system: System, cores: readonly number[]): Promise<number | undefined> {
  const perCore = await Promise.all(
    cores.map(async (core) => {
      const folder = `${CPU_FOLDER}/cpu${core}`;
      const [coreTimes, packageTimes, packageId = 0] = await Promise.all([
        integerIn(system, `${folder}/thermal_throttle/core_throttle_count`),
        integerIn(system, `${folder}/thermal_throttle/package_throttle_count`),
        integerIn(system, `${folder}/topology/physical_package_id`),
      ]);
      return { coreTimes, packageTimes, packageId };
    }),
  );
  // Each core of a package shows the same counter of the package.
  const perPackage = new Map(perCore.map(({ packageId, packageTimes }) => [packageId, packageTimes]));
  return sumOf([...perCore.map(({ coreTimes }) => coreTimes), ...perPackage.values()]);
}

/**
 * Reads governor, clock and throttling of the CPU from /sys and /proc.
 * @param allowed the cores that a measurement may run on, as in `0-3`; all of them when it is `undefined`
 */
export async function readCpuState(system: System, allowed: string | undefined): Promise<CpuState> {
  const all = await listCores(system);
  const cores = allowed === undefined ? all : parseCpuList(allowed);
  const [first = 0] = cores;
  const policy = `${CPU_FOLDER}/cpu${first}/cpufreq`;
  const clocks = await readClocksMHz(system, cores.length === 0 ? [0] : cores);
  return known({
    governor: await trimmed(system, `${policy}/scaling_governor`),
    frequencyDriver: await trimmed(system, `${policy}/scaling_driver`),
    energyPreference: await trimmed(system, `${policy}/energy_performance_preference`),
    turbo: await turbo(system, first),
    simultaneousThreads: await simultaneousThreads(system, first),
    frequencyMHz: meanOf([...clocks.values()]),
    maxFrequencyMHz: await maxFrequencyMHz(system, cores),
    throttleCount: await throttleCount(system, all),
  });
}

/** Kernel ticks a second in /proc/stat: USER_HZ, 100 on every Linux that onnxruntime runs on. */
const TICKS_PER_SECOND = 100;
const BYTES_PER_KIB = 1024;

/** A cgroup v1 limit this large means none (it is the largest page-aligned number of 64 bits). */
const NO_LIMIT_BYTES = 2 ** 60;

/** CPU time of all processes since boot, in seconds. */
export interface CpuTimes {
  readonly busySeconds: number;
  readonly stealSeconds: number;
}

/**
 * The first line of /proc/stat. Busy: user, nice, system, irq and softirq; guest time is inside of user and nice.
 * `undefined` when the text is not what it should be.
 */
export function parseProcStat(text: string): CpuTimes | undefined {
  const ticks = /^cpu\s+([\d ]+)/m.exec(text)?.[1]?.trim().split(/\s+/).map(Number);
  const [user, nice, system, , , irq = 0, softirq = 0, steal = 0] = ticks ?? [];
  if (user === undefined || nice === undefined || system === undefined) return undefined;
  return {
    busySeconds: (user + nice + system + irq + softirq) / TICKS_PER_SECOND,
    stealSeconds: steal / TICKS_PER_SECOND,
  };
}

/** Memory of the machine, in bytes. */
export interface MemoryInfo {
  readonly totalBytes: number;
  readonly availableBytes: number;
  readonly swapUsedBytes: number;
}

/** /proc/meminfo; `undefined` when a line that is needed is missing. */
export function parseMemInfo(text: string): MemoryInfo | undefined {
  const bytesOf = (key: string): number | undefined => {
    const kib = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
    return kib === undefined ? undefined : Number(kib) * BYTES_PER_KIB;
  };
  const totalBytes = bytesOf('MemTotal');
  const availableBytes = bytesOf('MemAvailable');
  if (totalBytes === undefined || availableBytes === undefined) return undefined;
  return { totalBytes, availableBytes, swapUsedBytes: (bytesOf('SwapTotal') ?? 0) - (bytesOf('SwapFree') ?? 0) };
}

/** `some avg10` of /proc/pressure/cpu: in how many percent of the last 10 s some task waited for a CPU. */
export function parseCpuPressure(text: string): number | undefined {
  const share = /^some avg10=([\d.]+)/m.exec(text)?.[1];
  return share === undefined ? undefined : Number(share);
}

/** Cpus_allowed_list of /proc/self/status, such as `0-1`. */
export function parseAffinity(text: string): string | undefined {
  return /^Cpus_allowed_list:\s*(\S+)/m.exec(text)?.[1];
}

/** The clock of the first CPU in /proc/cpuinfo, in MHz (x86 only). */
export function parseCpuInfoMHz(text: string): number | undefined {
  const mhz = /^cpu MHz\s*:\s*([\d.]+)/m.exec(text)?.[1];
  return mhz === undefined ? undefined : Number(mhz);
}

/** A file that holds one whole number; `undefined` for anything else, such as `max`. */
export function parseInteger(text: string | undefined): number | undefined {
  const digits = /^-?\d+$/.exec(text?.trim() ?? '')?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/** cpu.max of cgroup v2 (`200000 100000`) as a number of CPUs; `undefined`: no limit. */
export function parseCpuMax(text: string | undefined): number | undefined {
  const [quota, period] = (text ?? '').trim().split(/\s+/).map(parseInteger);
  return quota === undefined || period === undefined || period <= 0 ? undefined : quota / period;
}

/** cpu.cfs_quota_us and cpu.cfs_period_us of cgroup v1 as a number of CPUs; a quota of -1 is no limit. */
export function parseCfsQuota(quotaText: string | undefined, periodText: string | undefined): number | undefined {
  const quota = parseInteger(quotaText);
  const period = parseInteger(periodText);
  return quota === undefined || period === undefined || quota <= 0 || period <= 0 ? undefined : quota / period;
}

/** memory.max (v2) or memory.limit_in_bytes (v1) in bytes; `undefined`: no limit. */
export function parseMemoryLimit(text: string | undefined): number | undefined {
  const bytes = parseInteger(text);
  return bytes === undefined || bytes <= 0 || bytes >= NO_LIMIT_BYTES ? undefined : bytes;
}

/** Where this process sits in the hierarchies of /proc/self/cgroup: v2 under the key '', v1 by controller. */
export function parseCgroupPaths(text: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const [, controllers = '', path = '/'] of text.matchAll(/^\d+:([^:\n]*):(.*)$/gm)) {
    for (const controller of controllers.split(',')) paths.set(controller, path);
  }
  return paths;
}

/** Kernel ticks a second in /proc/stat: USER_HZ, 100 on every Linux that onnxruntime runs on. */
const TICKS_PER_SECOND = 100;
const BYTES_PER_KIB = 1024;

/** A cgroup v1 limit this large means none (it is the largest page-aligned number of 64 bits). */
const NO_LIMIT_BYTES = 2 ** 60;

/** More CPUs than any list of them holds (the kernel's NR_CPUS goes up to 8192): a hostile range makes no huge array. */
const MAX_CPUS = 8192;

/** CPU time of all processes since boot, in seconds. */
export interface CpuTimes {
  readonly busySeconds: number;
  readonly stealSeconds: number;
}

/** The same of the whole machine and of each logical core, by its number. */
export interface MachineTimes extends CpuTimes {
  readonly cores: ReadonlyMap<number, CpuTimes>;
}

/** Busy: user, nice, system, irq and softirq; guest time is inside of user and nice. */
function timesOf(ticks: readonly number[]): CpuTimes | undefined {
  const [user, nice, system, , , irq = 0, softirq = 0, steal = 0] = ticks;
  if (user === undefined || nice === undefined || system === undefined) return undefined;
  return {
    busySeconds: (user + nice + system + irq + softirq) / TICKS_PER_SECOND,
    stealSeconds: steal / TICKS_PER_SECOND,
  };
}

/** /proc/stat; `undefined` when the text is not what it should be. */
export function parseProcStat(text: string): MachineTimes | undefined {
  let whole: CpuTimes | undefined;
  const cores = new Map<number, CpuTimes>();
  for (const [, core = '', ticks = ''] of text.matchAll(/^cpu(\d*)[ \t]+([\d \t]+)$/gm)) {
    const times = timesOf(ticks.trim().split(/\s+/).map(Number));
    if (core === '') whole = times;
    else if (times !== undefined) cores.set(Number(core), times);
  }
  return whole === undefined ? undefined : { ...whole, cores };
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

/** `some avg10` of /proc/pressure/cpu, memory or io: in how many percent of the last 10 s some task waited for it. */
export function parsePressure(text: string): number | undefined {
  const share = /^some avg10=([\d.]+)/m.exec(text)?.[1];
  return share === undefined ? undefined : Number(share);
}

/** Cpus_allowed_list of /proc/self/status, such as `0-1`. */
export function parseAffinity(text: string): string | undefined {
  return /^Cpus_allowed_list:\s*(\S+)/m.exec(text)?.[1];
}

/** A list of CPUs such as `0-2,8` as numbers; what makes no sense is left out. */
export function parseCpuList(text: string): readonly number[] {
  return text
    .trim()
    .split(',')
    .flatMap((range) => {
      const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range.trim()) ?? [];
      const count = Math.min(MAX_CPUS, Number(last) - Number(first) + 1);
      return count > 0 ? Array.from({ length: count }, (_, offset) => Number(first) + offset) : [];
    });
}

/** The clocks in /proc/cpuinfo, in MHz by number of the CPU (x86 only: ARM does not tell them there). */
export function parseCpuInfoMHz(text: string): ReadonlyMap<number, number> {
  const clocks = new Map<number, number>();
  let cpu = 0;
  for (const [, key, value] of text.matchAll(/^(processor|cpu MHz)\s*:\s*([\d.]+)$/gm)) {
    if (key === 'processor') cpu = Number(value);
    else clocks.set(cpu, Number(value));
  }
  return clocks;
}

/** Whether the flags in /proc/cpuinfo say that a hypervisor runs this machine (x86 only). */
export function hasHypervisorFlag(text: string): boolean {
  return /^flags\s*:.*\bhypervisor\b/m.test(text);
}

/** The first number of /proc/uptime, in seconds. */
export function parseUptime(text: string): number | undefined {
  const seconds = /^\d+(?:\.\d+)?/.exec(text)?.[0];
  return seconds === undefined ? undefined : Number(seconds);
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

/** The value of a key in a file of lines `key value`, such as cpu.stat or memory.stat of a cgroup. */
export function parseKeyedInteger(text: string | undefined, key: string): number | undefined {
  for (const [, name, value] of (text ?? '').matchAll(/^(\S+) (\d+)$/gm)) if (name === key) return Number(value);
  return undefined;
}

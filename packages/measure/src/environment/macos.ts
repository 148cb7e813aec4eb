import { known } from './known.js';
import { parseInteger } from './proc-text.js';
import type { PowerSource } from './power-supply.js';
import type { System } from './system.js';

const BYTES_PER_MIB = 1024 * 1024;

/** What macOS tells through its own commands. */
export interface MacState {
  readonly powerSource?: PowerSource;
  readonly virtualisation?: string;
  readonly simultaneousThreads?: boolean;
  readonly swapUsedBytes?: number;
}

/** `pmset -g batt`: its first line is `Now drawing from 'AC Power'` or `'Battery Power'`. */
export function parsePowerSource(text: string | undefined): PowerSource | undefined {
  const source = /drawing from '([^']+)'/.exec(text ?? '')?.[1];
  if (source === undefined) return undefined;
  return /battery|ups/i.test(source) ? 'battery' : 'mains';
}

/** `sysctl -n vm.swapusage`, such as `total = 2048.00M  used = 1093.25M  free = 954.75M  (encrypted)`, in bytes. */
export function parseSwapUsage(text: string | undefined): number | undefined {
  const used = /used = ([\d.]+)M/.exec(text ?? '')?.[1];
  return used === undefined ? undefined : Number(used) * BYTES_PER_MIB;
}

/**
 * `vm_stat`, in bytes: pages that are free, or that the system gives up without writing them anywhere. What Node calls free
 * is the first of these alone, a small part on every Mac that has run for an hour.
 */
export function parseVmStat(text: string | undefined): number | undefined {
  const pageBytes = /page size of (\d+) bytes/.exec(text ?? '')?.[1];
  const pages = ['free', 'inactive', 'speculative', 'purgeable'].map(
    (kind) => new RegExp(`^Pages ${kind}:\\s+(\\d+)\\.`, 'm').exec(text ?? '')?.[1],
  );
  if (pageBytes === undefined || pages[0] === undefined) return undefined;
  return pages.reduce((sum, count) => sum + Number(count ?? 0), 0) * Number(pageBytes);
}

/** Asks macOS. Every command is bounded in time, and one that fails leaves its field out. */
export async function readMac(system: System): Promise<{ state: MacState; availableBytes: number | undefined }> {
  const sysctl = (name: string) => system.run('/usr/sbin/sysctl', ['-n', name]);
  const [battery, memory, swap, guest, physical, logical] = await Promise.all([
    system.run('/usr/bin/pmset', ['-g', 'batt']),
    system.run('/usr/bin/vm_stat', []),
    sysctl('vm.swapusage'),
    sysctl('kern.hv_vmm_present'),
    sysctl('hw.physicalcpu'),
    sysctl('hw.logicalcpu'),
  ]);
  const cores = parseInteger(physical);
  const threads = parseInteger(logical);
  return {
    state: known({
      powerSource: parsePowerSource(battery),
      virtualisation: parseInteger(guest) === 1 ? 'unknown' : undefined,
      simultaneousThreads: cores === undefined || threads === undefined ? undefined : threads > cores,
      swapUsedBytes: parseSwapUsage(swap),
    }),
    availableBytes: parseVmStat(memory),
  };
}

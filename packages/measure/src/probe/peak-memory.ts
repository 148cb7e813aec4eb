import { readFile } from 'node:fs/promises';

const KIB = 1024;

/**
 * Peak resident memory of this process, in bytes. On Linux as the kernel counts it for the program that runs: `getrusage`
 * carries over what the parent had when it forked, so that a small model measured from a large process would look large.
 */
export async function peakResidentBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return kibibytes === undefined ? process.resourceUsage().maxRSS * KIB : Number(kibibytes) * KIB;
}

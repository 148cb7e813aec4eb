import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether this platform shows processes in /proc. */
export const canSeeProcesses = process.platform === 'linux';

async function parentOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const parent = /^PPid:\s*(\d+)/m.exec(status)?.[1];
  // A zombie is gone but for its entry; whoever adopted it has not looked yet.
  return parent === undefined || /^State:\s*Z/m.test(status) ? undefined : Number(parent);
}

/** Process ids of the probes that are running, and their parents; Linux only. */
export async function runningProbes(): Promise<readonly { readonly pid: number; readonly parentPid: number }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const probes = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const parentPid = command.includes('measure/dist/probe/main.js') ? await parentOf(pid) : undefined;
      return parentPid === undefined ? [] : [{ pid, parentPid }];
    }),
  );
  return probes.flat();
}

/** Process id of the probe of a process, if it has one. */
export async function probeOf(parentPid: number | undefined): Promise<number | undefined> {
  return (await runningProbes()).find((probe) => probe.parentPid === parentPid)?.pid;
}

/** Waits until a condition holds, looking ten times a second. */
export async function until<Value>(find: () => Promise<Value | undefined>, what: string): Promise<Value> {
  const giveUpAt = Date.now() + 30_000;
  while (Date.now() < giveUpAt) {
    const value = await find();
    if (value !== undefined) return value;
    await sleep(100);
  }
  throw new Error(`waited in vain: ${what}`);
}

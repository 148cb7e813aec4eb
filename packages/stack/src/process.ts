import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * When process `pid` began, in the system's own notation, or undefined when there is no such process.
 * Together with the number this tells a process from a later one that got the same number.
 */
export function processStart(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return startFromStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    const [state, ...start] = ps(pid).trim().split(/\s+/);
    return state === undefined || state.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    return undefined; // gone, or never there
  }
}

/**
 * The start time in a line of /proc/PID/stat (field 22, clock ticks since boot), undefined for a process that has ended
 * but was not yet waited for. The second field is the program's name in brackets, which may hold spaces and brackets.
 */
export function startFromStat(line: string): string | undefined {
  const [state, ...rest] = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? undefined : rest[18];
}

/** The working folder of a running process; undefined when there is no such process or it is somebody else's. */
export function workingFolder(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`);
    const fields = execFileSync('lsof', ['-a', '-p', String(pid), '-d', 'cwd', '-Fn'], QUIET).split('\n');
    return fields.find((field) => field.startsWith('n'))?.slice(1);
  } catch {
    return undefined;
  }
}

/** Names the set of process numbers that this process sees: two containers may share a folder, but not their numbers. */
export function processScope(): string {
  return process.platform === 'linux' ? `${hostname()} ${readlinkSync('/proc/self/ns/pid')}` : hostname();
}

const QUIET = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] } satisfies Parameters<typeof execFileSync>[2];

function ps(pid: number): string {
  return execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], QUIET);
}

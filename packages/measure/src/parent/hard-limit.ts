import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findProgram } from './programs.js';

const run = promisify(execFile);

const MIB = 2 ** 20;

/**
 * The kernel counts what is mapped, the limit is about what is resident: stacks of threads (8 MiB each), heaps that are
 * reserved and hardly used. With one thread onnxruntime in Node maps some 60 MiB more than it holds.
 */
const MAPPED_ONLY_BYTES = 512 * MIB;

/** The most that `Max data size` allows already, in bytes; `undefined` when it is unlimited. */
export function ownHardLimitBytes(limits: string): number | undefined {
  const hard = /^Max data size\s+\S+\s+(\d+)/m.exec(limits)?.[1];
  return hard === undefined ? undefined : Number(hard);
}

/**
 * The program and arguments under which private writable memory ends at a limit on resident memory and some room for what is
 * mapped only. It is RLIMIT_DATA: RLIMIT_AS would count the gigabytes that V8 and drivers only reserve. A limit that this
 * process has already is lower is kept, for raising it is refused.
 */
export function limitCommand(prlimit: string, memoryLimitBytes: number, limits: string): readonly string[] {
  const wanted = Math.ceil(memoryLimitBytes) + MAPPED_ONLY_BYTES;
  return [prlimit, `--data=${Math.min(wanted, ownHardLimitBytes(limits) ?? wanted)}`];
}

/** Whether the kernel lets a process be limited so: a sandbox may refuse it. */
async function isObeyed([program = '', ...args]: readonly string[]): Promise<boolean> {
  const command = [...args, process.execPath, '--version'];
  return run(program, command).then(
    () => true,
    () => false,
  );
}

async function findHardLimit(): Promise<((memoryLimitBytes: number) => readonly string[]) | undefined> {
  if (process.platform !== 'linux') return undefined;
  const prlimit = await findProgram('prlimit');
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  if (prlimit === undefined || !(await isObeyed(limitCommand(prlimit, 2 ** 32, limits)))) return undefined;
  return (memoryLimitBytes) => limitCommand(prlimit, memoryLimitBytes, limits);
}

let found: ReturnType<typeof findHardLimit> | undefined;

/**
 * The program and arguments behind which a probe is started so that the kernel itself refuses memory beyond a limit; none
 * where the platform has no such thing. What the platform has is looked up once.
 */
export async function hardLimitCommand(memoryLimitBytes: number): Promise<readonly string[]> {
  found ??= findHardLimit();
  return (await found)?.(memoryLimitBytes) ?? [];
}

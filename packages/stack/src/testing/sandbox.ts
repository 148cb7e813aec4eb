import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { processStart } from '../process.js';

/** A temporary folder of a test's own, in which stacks put their folders while it is TMPDIR. */
export interface Sandbox {
  readonly path: string;
  /** Folders of stacks that are there now. */
  folders(): readonly string[];
  /** Starts a process that owns a stack and waits for its first line. */
  startOwner(dataDir?: string): Promise<{ process: ChildProcess; answer: unknown }>;
  remove(): void;
}

export function makeSandbox(): Sandbox {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'espalier-test-'));
  chmodSync(path, 0o1777); // like /tmp: when root runs this, Postgres is somebody else
  const owners: ChildProcess[] = [];
  return {
    path,
    folders: () =>
      readdirSync(path)
        .filter((name) => name.startsWith('espalier-stack-'))
        .map((name) => join(path, name)),
    startOwner: async (dataDir) => {
      const program = fileURLToPath(new URL('./owner-process.js', import.meta.url));
      const owner = spawn(process.execPath, [program, ...(dataDir === undefined ? [] : [dataDir])], {
        env: { ...process.env, TMPDIR: path },
        detached: true, // a process group, as a terminal makes one
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      owners.push(owner);
      const [line] = await once(createInterface(owner.stdout), 'line');
      return { process: owner, answer: JSON.parse(line) };
    },
    remove: () => {
      for (const owner of owners) owner.kill('SIGKILL');
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** The numbers of the services that run in the given folders. */
export function servicesIn(folders: readonly string[]): readonly number[] {
  return folders
    .flatMap((folder) => [join(folder, 'data/postmaster.pid'), join(folder, 'data/redis.pid')])
    .filter((file) => existsSync(file))
    .map((file) => Number.parseInt(readFileSync(file, 'utf8'), 10));
}

/** The shells that guard a service: its parent and its sibling. */
export function guardsOf(service: number): readonly number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const parents = new Map(
    rows.map((row) => row.trim().split(/\s+/).map(Number)).map(([pid = 0, ppid = 0]) => [pid, ppid]),
  );
  const guard = parents.get(service) ?? 0;
  const children = [...parents.keys()].filter((pid) => parents.get(pid) === guard);
  return [guard, ...children.filter((pid) => pid !== service)];
}

export function isRunning(pid: number): boolean {
  return processStart(pid) !== undefined;
}

/** Waits for a condition; the test's own time limit is the only one. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(50);
}

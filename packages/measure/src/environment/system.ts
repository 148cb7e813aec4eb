import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, loadavg, platform, totalmem, uptime } from 'node:os';

/** A command that is slower than this does not hold up a measurement: it counts as not there. */
const COMMAND_TIMEOUT_MS = 3000;
const MAX_OUTPUT_BYTES = 1024 * 1024;
const MS_PER_SECOND = 1000;

/** One logical core, as the operating system lists it. */
export interface LogicalCore {
  readonly model: string;
  /** 0: the platform does not tell. */
  readonly speedMHz: number;
  /** CPU time that all programs used on it since boot. */
  readonly busySeconds: number;
  readonly idleSeconds: number;
}

/** What a snapshot is taken from. Nothing of it throws. */
export interface System {
  readonly platform: NodeJS.Platform;
  now(): Date;
  /** A file's text; `undefined` when it cannot be read. */
  readText(path: string): Promise<string | undefined>;
  /** Names in a folder; none when it cannot be read. */
  list(path: string): Promise<readonly string[]>;
  /** What a command wrote; `undefined` when it is not there, fails, or takes longer than 3 s. */
  run(command: string, args: readonly string[]): Promise<string | undefined>;
  cores(): readonly LogicalCore[];
  /** Never 0. */
  logicalCores(): number;
  /** One-minute load average; 0 where the platform has none. */
  load1(): number;
  uptimeSeconds(): number;
  totalBytes(): number;
  freeBytes(): number;
}

function run(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { timeout: COMMAND_TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const;
    execFile(command, [...args], { ...options, windowsHide: true }, (error, stdout) => {
      resolve(error === null ? stdout : undefined);
    });
  });
}

/** The machine that this process runs on. */
export const thisSystem: System = {
  platform: platform(),
  now: () => new Date(),
  readText: (path) => readFile(path, 'utf8').catch(() => undefined),
  list: (path) => readdir(path).catch(() => []),
  run,
  cores: () =>
    cpus().map(({ model, speed, times }) => ({
      model: model.trim(),
      speedMHz: speed,
      busySeconds: (times.user + times.nice + times.sys + times.irq) / MS_PER_SECOND,
      idleSeconds: times.idle / MS_PER_SECOND,
    })),
  logicalCores: () => cpus().length || availableParallelism(),
  load1: () => loadavg()[0] ?? 0,
  uptimeSeconds: uptime,
  totalBytes: totalmem,
  freeBytes: freemem,
};

import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, loadavg, totalmem } from 'node:os';

/** What a snapshot is taken from. */
export interface System {
  now(): Date;
  /** A file's text; `undefined` when it cannot be read. */
  readText(path: string): Promise<string | undefined>;
  /** Names in a folder; none when it cannot be read. */
  list(path: string): Promise<readonly string[]>;
  cpuModel(): string | undefined;
  logicalCores(): number;
  /** One-minute load average; 0 where the platform has none. */
  load1(): number;
  totalBytes(): number;
  freeBytes(): number;
}

/** The machine that this process runs on. */
export const thisSystem: System = {
  now: () => new Date(),
  readText: (path) => readFile(path, 'utf8').catch(() => undefined),
  list: (path) => readdir(path).catch(() => []),
  cpuModel: () => cpus()[0]?.model.trim(),
  logicalCores: () => cpus().length || availableParallelism(),
  load1: () => loadavg()[0] ?? 0,
  totalBytes: totalmem,
  freeBytes: freemem,
};

import { writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { MEMORY_LIMIT_MARK } from './marks.js';

/** Memory can grow by some hundred MB in this time; reading it costs about 20 µs. */
const INTERVAL_MS = 100;

const Orders = Type.Object({ parentPid: Type.Integer(), memoryLimitBytes: Type.Number() });
const STDERR = 2;

function watch(parentPid: number, memoryLimitBytes: number): void {
  setInterval(() => {
    const rssBytes = process.memoryUsage.rss();
    if (rssBytes > memoryLimitBytes)
      writeSync(STDERR, `${MEMORY_LIMIT_MARK}: ${rssBytes} of ${memoryLimitBytes} bytes\n`);
    if (rssBytes > memoryLimitBytes || process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
  }, INTERVAL_MS);
}

/**
 * Ends this process when its resident memory passes the limit, or when its parent is gone. In a thread of its own, for a
 * model that never ends or eats memory holds the main thread inside of onnxruntime, where no timer and no message gets
 * through; and inside of the probe, for the parent may be starved by it, or dead.
 */
export function startGuard(memoryLimitBytes: number): void {
  const worker = new Worker(new URL(import.meta.url), { workerData: { parentPid: process.ppid, memoryLimitBytes } });
  worker.unref();
}

if (!isMainThread && Value.Check(Orders, workerData)) watch(workerData.parentPid, workerData.memoryLimitBytes);

import { rmSync, writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { MEMORY_LIMIT_MARK } from './marks.js';
import type { GuardOrders } from './messages.js';
import { guardOrdersIn } from './request.js';

/** Memory can grow by some hundred MB in this time; reading it costs about 20 µs. */
const INTERVAL_MS = 100;

const STDERR = 2;

function endThisProcess(): void {
  process.kill(process.pid, 'SIGKILL');
}

function watch({ parentPid, memoryLimitBytes, workDir }: GuardOrders): void {
  setInterval(() => {
    const rssBytes = process.memoryUsage.rss();
    if (rssBytes > memoryLimitBytes) {
      writeSync(STDERR, `${MEMORY_LIMIT_MARK}: ${rssBytes} of ${memoryLimitBytes} bytes\n`);
      endThisProcess();
    }
    if (process.ppid !== parentPid) {
      rmSync(workDir, { recursive: true, force: true });
      endThisProcess();
    }
  }, INTERVAL_MS);
}

/**
 * Ends this process when its resident memory passes the limit, or when its parent is gone, whose place it then takes in
 * removing the working folder. It is a thread of its own, for a model that never ends or eats memory holds the main
 * thread inside of onnxruntime, where no timer and no message gets through; and it is inside of the probe, for the parent
 * may be starved by it, or dead.
 */
export function startGuard(orders: GuardOrders): void {
  const worker = new Worker(new URL(import.meta.url), { workerData: orders });
  worker.unref();
}

if (!isMainThread) watch(guardOrdersIn(workerData));

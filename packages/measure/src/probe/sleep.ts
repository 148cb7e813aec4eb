import { setTimeout as sleep } from 'node:timers/promises';

/** Node's timers have whole milliseconds and come up to one late, or two where the event loop was busy. */
const TIMER_SLACK_MS = 2;

/** A cell that nobody ever notifies. */
const cell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * Sleeps until `performance.now()` shows so much, to about 0.1 ms: by a timer while there is more than 2 ms to go, and the
 * rest as a wait of the whole thread for a time of the kernel's own clock. Nothing spins, so the CPU is as idle as it would be.
 */
export async function sleepUntil(dueMs: number): Promise<void> {
  const byTimerMs = Math.floor(dueMs - performance.now() - TIMER_SLACK_MS);
  if (byTimerMs >= 1) await sleep(byTimerMs);
  const restMs = dueMs - performance.now();
  if (restMs > 0) Atomics.wait(cell, 0, 0, restMs);
}

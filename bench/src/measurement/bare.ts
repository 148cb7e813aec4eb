import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { BareLoopOrders, BareLoopTimes } from './bare-loop.js';

function isTimes(message: unknown): message is BareLoopTimes {
  return typeof message === 'object' && message !== null && 'samplesMs' in message && 'wallMs' in message;
}

/** Times a model in a bare loop in a fresh process. `wallMs` includes the start of the process. */
export async function bareLoop(orders: BareLoopOrders): Promise<BareLoopTimes> {
  const startMs = performance.now();
  const child = fork(new URL('./bare-loop.js', import.meta.url), [], {
    serialization: 'advanced',
    env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' }, // as in the probe
  });
  const exited = once(child, 'exit');
  child.send(orders);
  const [message]: unknown[] = await Promise.race([once(child, 'message'), exited]);
  if (!isTimes(message)) throw new Error(`the bare loop ended without times: ${String(message)}`);
  await exited;
  return { samplesMs: message.samplesMs, wallMs: performance.now() - startMs };
}

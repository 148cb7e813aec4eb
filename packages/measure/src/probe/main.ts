import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { MeasureError } from '../measure-error.js';
import { startGuard } from './guard.js';
import type { Failed, ProbeAnswer, ProbeMessage, ProbeRequest } from './messages.js';
import { oneLine } from './one-line.js';
import { guardOrdersIn, probeRequestIn } from './request.js';

/** Sends a message to the parent and waits until it is on its way. */
async function send(message: ProbeMessage): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.send?.(message, undefined, {}, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Progress may be lost: a parent that is gone has no use for it. */
function report(message: ProbeMessage): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

/** Each task is loaded when it is asked for: the codec that a trace needs would cost every measurement 0.1 s. */
async function perform(request: ProbeRequest): Promise<ProbeAnswer> {
  switch (request.kind) {
    case 'measure': {
      const { measureTask } = await import('./measure-task.js');
      return measureTask(request, (progress) => report({ kind: 'progress', progress }));
    }
    case 'profile': {
      const { profileTask } = await import('./profile-task.js');
      return profileTask(request, (progress) => report({ kind: 'progress', progress }));
    }
    case 'trace':
      return (await import('./trace-task.js')).traceTask(request);
    case 'run':
      return (await import('./run-task.js')).runTask(request);
    case 'check':
      return (await import('./check-task.js')).checkTask(request);
    default:
      return request satisfies never;
  }
}

function failure(cause: unknown): Failed {
  if (!(cause instanceof MeasureError)) {
    return { kind: 'failed', code: 'probe-crashed', message: `the probe failed: ${oneLine(cause)}` };
  }
  const { code, message, hint } = cause;
  switch (code) {
    case 'probe-timeout':
    case 'sample-invalid':
    case 'cancelled':
    case 'affinity-unsupported':
    case 'affinity-invalid':
      return { kind: 'failed', code: 'probe-crashed', message };
    default:
      return { kind: 'failed', code, message, ...(hint === undefined ? {} : { hint }) };
  }
}

async function answer(message: unknown): Promise<ProbeMessage> {
  try {
    return await perform(probeRequestIn(message));
  } catch (cause) {
    return failure(cause);
  }
}

const orders = guardOrdersIn(JSON.parse(process.argv[2] ?? 'null'));
startGuard(orders);
// A parent that is gone cannot remove the folder; one that is alive finds it removed.
process.once('exit', () => rmSync(orders.workDir, { recursive: true, force: true }));
const endWithParent = (): never => process.exit(1);
process.once('disconnect', endWithParent);
const [message]: unknown[] = await once(process, 'message');
await send(await answer(message));
process.off('disconnect', endWithParent);
process.disconnect();

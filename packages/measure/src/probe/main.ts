import { MeasureError } from '../measure-error.js';
import type { Failed, ProbeAnswer, ProbeMessage, ProbeRequest } from './messages.js';
import { oneLine } from './one-line.js';
import { probeRequestIn } from './request.js';
import { serveGuarded } from './serve.js';

type Tell = (message: ProbeMessage) => void;

/** Each task is loaded when it is asked for: the codec that a trace needs would cost every measurement 0.1 s. */
async function perform(request: ProbeRequest, tell: Tell): Promise<ProbeAnswer> {
  switch (request.kind) {
    case 'measure': {
      const { measureTask } = await import('./measure-task.js');
      return measureTask(request, (progress) => tell({ kind: 'progress', progress }));
    }
    case 'profile': {
      const { profileTask } = await import('./profile-task.js');
      return profileTask(request, (progress) => tell({ kind: 'progress', progress }));
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

async function answer(message: unknown, tell: Tell): Promise<ProbeMessage> {
  try {
    return await perform(probeRequestIn(message), tell);
  } catch (cause) {
    return failure(cause);
  }
}

await serveGuarded(answer);

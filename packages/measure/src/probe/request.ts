import { MeasureError } from '../measure-error.js';
import type { GuardOrders, ProbeRequest } from './messages.js';

/**
 * The parent has checked requests and orders against their schemas before it sent them. The probe looks only whether it is
 * such a message at all: loading the schemas would cost every process of a measurement some 0.3 s of CPU.
 */
const kinds: ReadonlySet<unknown> = new Set<ProbeRequest['kind']>(['measure', 'profile', 'trace', 'run', 'check']);

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isRequest(value: unknown): value is ProbeRequest {
  return isObject(value) && 'kind' in value && kinds.has(value.kind) && 'workDir' in value;
}

function isOrders(value: unknown): value is GuardOrders {
  return isObject(value) && 'parentPid' in value && 'memoryLimitBytes' in value && 'workDir' in value;
}

/**
 * What a probe is asked.
 * @throws MeasureError `probe-crashed` when it is no request
 */
export function probeRequestIn(message: unknown): ProbeRequest {
  if (isRequest(message)) return message;
  throw new MeasureError('probe-crashed', 'the request to the probe makes no sense');
}

/**
 * What a probe is told when it is started.
 * @throws MeasureError `probe-crashed` when it is nothing of that kind
 */
export function guardOrdersIn(value: unknown): GuardOrders {
  if (isOrders(value)) return value;
  throw new MeasureError('probe-crashed', 'the orders to the probe make no sense');
}

import type { MeasurementWarning } from '@espalier/contracts';
import { changedClock, heatingUp, throttledCpu } from './clock-warnings.js';
import { batteryPower, otherLoad, spentQuota, stolenTime, thriftyGovernor } from './cpu-warnings.js';
import { sharedGpu, throttledGpu } from './gpu-warnings.js';
import { shortOfMemory, swapped } from './memory-warnings.js';
import type { Surroundings } from './surroundings.js';

const checks = [
  stolenTime,
  otherLoad,
  spentQuota,
  throttledCpu,
  changedClock,
  heatingUp,
  thriftyGovernor,
  batteryPower,
  throttledGpu,
  sharedGpu,
  swapped,
  shortOfMemory,
];

/**
 * What the surroundings of a measurement say against its numbers, each with its evidence (docs/warnings.md explains every
 * code). What a platform does not tell cannot be held against it.
 */
export function environmentWarnings(surroundings: Surroundings): MeasurementWarning[] {
  return checks.flatMap((check) => check(surroundings));
}

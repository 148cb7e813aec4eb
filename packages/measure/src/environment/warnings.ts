import type { EnvironmentSnapshot, MeasurementWarning } from '@espalier/contracts';

/** Time that the hypervisor took from us may be at most this share of the CPU time there was. */
const MAX_STEAL_SHARE = 0.01;

/** Other programs may use at most this share of the machine: on two cores a fifth of one. */
const MAX_OTHER_SHARE = 0.1;

/** Less memory than this share of the total, and the kernel begins to drop caches and to swap. */
const MIN_AVAILABLE_SHARE = 0.1;

/** Growth of swap that is more than a few stray pages. */
const MIN_SWAP_BYTES = 1024 * 1024;

/** A measurement's surroundings. */
export interface Surroundings {
  readonly before: EnvironmentSnapshot;
  readonly after: EnvironmentSnapshot;
  /** CPU time that the probe and its parent used in between. */
  readonly ownCpuSeconds: number;
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before;
}

function elapsedSeconds({ before, after }: Surroundings): number {
  return (Date.parse(after.at) - Date.parse(before.at)) / 1000;
}

function stolen(surroundings: Surroundings): MeasurementWarning[] {
  const { before, after } = surroundings;
  const stealSeconds = difference(after.cpuStealSeconds, before.cpuStealSeconds);
  const seconds = elapsedSeconds(surroundings);
  if (stealSeconds === undefined || seconds <= 0) return [];
  const share = stealSeconds / (seconds * after.logicalCores);
  return share > MAX_STEAL_SHARE ? [{ code: 'cpu-steal', evidence: { share, seconds: stealSeconds } }] : [];
}

function otherLoad(surroundings: Surroundings): MeasurementWarning[] {
  const { before, after, ownCpuSeconds } = surroundings;
  const busySeconds = difference(after.cpuBusySeconds, before.cpuBusySeconds);
  const seconds = elapsedSeconds(surroundings);
  if (busySeconds === undefined || seconds <= 0) return [];
  const otherCores = (busySeconds - ownCpuSeconds) / seconds;
  const share = otherCores / after.logicalCores;
  return share > MAX_OTHER_SHARE ? [{ code: 'other-load', evidence: { otherCores, cores: after.logicalCores } }] : [];
}

function throttled({ before, after }: Surroundings): MeasurementWarning[] {
  const times = difference(after.throttleCount, before.throttleCount) ?? 0;
  return times > 0 ? [{ code: 'cpu-throttled', evidence: { times } }] : [];
}

function powersave({ after: { governor } }: Surroundings): MeasurementWarning[] {
  return governor === 'powersave' ? [{ code: 'governor-powersave', evidence: { governor } }] : [];
}

function swapped({ before, after }: Surroundings): MeasurementWarning[] {
  const bytes = difference(after.swapUsedBytes, before.swapUsedBytes) ?? 0;
  return bytes >= MIN_SWAP_BYTES ? [{ code: 'swap', evidence: { bytes } }] : [];
}

function memoryPressed({ after }: Surroundings): MeasurementWarning[] {
  const { memoryAvailableBytes: availableBytes, memoryTotalBytes: totalBytes } = after;
  return availableBytes < MIN_AVAILABLE_SHARE * totalBytes
    ? [{ code: 'memory-pressure', evidence: { availableBytes, totalBytes } }]
    : [];
}

/** What two snapshots around a measurement say against its numbers. */
export function environmentWarnings(surroundings: Surroundings): MeasurementWarning[] {
  return [stolen, otherLoad, throttled, powersave, swapped, memoryPressed].flatMap((check) => check(surroundings));
}

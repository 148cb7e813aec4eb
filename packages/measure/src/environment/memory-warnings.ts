import type { MeasurementWarning } from '@espalier/contracts';
import { rise, type Surroundings } from './surroundings.js';

/** Less memory than this share of what there is, and the kernel begins to drop caches and to swap. */
const MIN_AVAILABLE_SHARE = 0.1;

/** Some task waited for memory in more than this percentage of the last 10 s: pages are fetched back while we run. */
const MAX_PRESSURE_PERCENT = 10;

/** Growth of swap that is more than a few stray pages. */
const MIN_SWAP_BYTES = 1024 * 1024;

/** @returns `swap` */
export function swapped({ before, after }: Surroundings): MeasurementWarning[] {
  const bytes = rise(after.swapUsedBytes, before.swapUsedBytes) ?? 0;
  return bytes >= MIN_SWAP_BYTES ? [{ code: 'swap', evidence: { bytes } }] : [];
}

/** @returns `memory-pressure` */
export function shortOfMemory({ after }: Surroundings): MeasurementWarning[] {
  const { memoryAvailableBytes: availableBytes, memoryPressure10: pressurePercent } = after;
  const totalBytes = Math.min(after.memoryTotalBytes, after.containerMemoryBytes ?? Number.POSITIVE_INFINITY);
  const scarce = availableBytes < MIN_AVAILABLE_SHARE * totalBytes;
  const waiting = pressurePercent !== undefined && pressurePercent > MAX_PRESSURE_PERCENT;
  if (!scarce && !waiting) return [];
  return [
    { code: 'memory-pressure', evidence: { availableBytes, totalBytes, ...(waiting ? { pressurePercent } : {}) } },
  ];
}

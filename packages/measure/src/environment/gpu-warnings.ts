import type { GpuState, MeasurementWarning } from '@espalier/contracts';
import { measuredGpu, type Surroundings } from './surroundings.js';

/** Reasons for a lower clock that somebody chose, or that end with the work. */
const harmless: readonly string[] = ['idle', 'application-clocks', 'display-clocks', 'sync-boost'];

function gpuIn(gpus: readonly GpuState[] | undefined, index: number): GpuState | undefined {
  return gpus?.find((gpu) => gpu.index === index);
}

/** Reasons that were seen at each look; the snapshot after it counts where there was no look in between. */
function reasonsSeen({ during = [], after }: Surroundings, gpu: number): readonly (readonly string[])[] {
  const looks = during.flatMap(({ gpuThrottleReasons }) =>
    gpuThrottleReasons === undefined ? [] : [gpuThrottleReasons],
  );
  if (looks.length > 0) return looks;
  const last = gpuIn(after.gpus, gpu);
  return last === undefined ? [] : [last.throttleReasons];
}

/** @returns `gpu-throttled` */
export function throttledGpu(surroundings: Surroundings): MeasurementWarning[] {
  const gpu = measuredGpu(surroundings);
  if (gpu === undefined) return [];
  const looks = reasonsSeen(surroundings, gpu);
  const harmful = looks.map((reasons) => reasons.filter((reason) => !harmless.includes(reason)));
  const times = harmful.filter((reasons) => reasons.length > 0).length;
  if (times === 0) return [];
  const reasons = [...new Set(harmful.flat())].join(', ');
  return [{ code: 'gpu-throttled', evidence: { reasons, looks: times, ofLooks: looks.length } }];
}

/** @returns `gpu-shared`: before and after there is no process of ours, and in between there is one */
export function sharedGpu(surroundings: Surroundings): MeasurementWarning[] {
  const { before, after, during = [] } = surroundings;
  const gpu = measuredGpu(surroundings);
  if (gpu === undefined) return [];
  const around = [gpuIn(before.gpus, gpu)?.processes ?? 0, gpuIn(after.gpus, gpu)?.processes ?? 0];
  const others = Math.max(...around, ...during.map(({ gpuProcesses = 0 }) => gpuProcesses - 1));
  return others > 0 ? [{ code: 'gpu-shared', evidence: { processes: others } }] : [];
}

import type { EnvironmentSample, MeasurementWarning } from '@espalier/contracts';
import { quantile } from '../statistics/quantile.js';
import { rise, measuredGpu, type Surroundings } from './surroundings.js';
import { endsOf, kendallTau, type Seen } from './trend.js';

/** A look counts as one at work when at least half a core was busy: paced runs let the CPU doze, as they should. */
const MIN_BUSY_CORES = 0.5;

/**
 * Cores at work run at this share of the highest frequency or more. The frequency of all cores under the heaviest vector
 * code is 0.6 of the highest on the server CPUs where the two lie furthest apart; a limit of power or heat goes below.
 */
const MIN_CLOCK_SHARE = 0.5;

/** Neighbouring steps of turbo lie 2 to 4 % apart, so three of them or more make a change that a latency shows. */
const MAX_CLOCK_SPREAD = 0.1;

/** Fewer looks are no trend: of 8 in random order, 1 in 60 agrees this well with a steady fall. */
const MIN_LOOKS = 8;
const STEADY_TAU = 0.6;

/** A fall of the clock that moves a latency by more than the usual precision of 1 %, and more than a step of turbo. */
const MAX_CLOCK_FALL = 0.03;

/** Every device warms up by some degrees; this much more at the end than at the start, and it is not yet in balance… */
const MAX_RISE_C = 10;

/** …which matters near where devices slow down: boards and phones from 80 °C, laptops and GPUs from 85 to 100. */
const HOT_C = 75;

/** Looks at which the CPU worked, with its clock. */
function workingClocks({ during = [], after }: Surroundings): readonly Seen[] {
  return during.flatMap(({ atMs, frequencyMHz, cpuBusyShare = 1 }) =>
    frequencyMHz !== undefined && cpuBusyShare * after.logicalCores >= MIN_BUSY_CORES
      ? [{ atMs, value: frequencyMHz }]
      : [],
  );
}

function seen(
  samples: readonly EnvironmentSample[],
  key: 'temperatureC' | 'gpuClockMHz' | 'gpuTemperatureC',
): readonly Seen[] {
  return samples.flatMap((sample) => {
    const value = sample[key];
    return value === undefined ? [] : [{ atMs: sample.atMs, value }];
  });
}

function quantileOf(looks: readonly Seen[], p: number): number {
  return quantile(Float64Array.from(looks, ({ value }) => value).sort(), p);
}

/** @returns `cpu-throttled`: the kernel counted it, or the clock at work tells */
export function throttledCpu(surroundings: Surroundings): MeasurementWarning[] {
  const { before, after } = surroundings;
  const times = rise(after.throttleCount, before.throttleCount) ?? 0;
  const clocks = workingClocks(surroundings);
  const { maxFrequencyMHz } = after;
  const frequencyMHz = clocks.length === 0 ? undefined : quantileOf(clocks, 0.5);
  const slow =
    frequencyMHz !== undefined && maxFrequencyMHz !== undefined && frequencyMHz < MIN_CLOCK_SHARE * maxFrequencyMHz;
  if (times <= 0 && !slow) return [];
  return [
    {
      code: 'cpu-throttled',
      evidence: { ...(times > 0 ? { times } : {}), ...(slow ? { frequencyMHz, maxFrequencyMHz } : {}) },
    },
  ];
}

/** @returns `frequency-changed` */
export function changedClock(surroundings: Surroundings): MeasurementWarning[] {
  const clocks = workingClocks(surroundings);
  if (clocks.length < MIN_LOOKS) return [];
  const [lowMHz, medianMHz, highMHz] = [quantileOf(clocks, 0.1), quantileOf(clocks, 0.5), quantileOf(clocks, 0.9)];
  const spread = (highMHz - lowMHz) / medianMHz;
  return spread > MAX_CLOCK_SPREAD ? [{ code: 'frequency-changed', evidence: { lowMHz, highMHz, spread } }] : [];
}

/** How far a clock fell steadily, as a share of where it began; `undefined`: it did not. */
function steadyFall(clocks: readonly Seen[]): { fromMHz: number; toMHz: number } | undefined {
  if (clocks.length < MIN_LOOKS || kendallTau(clocks) > -STEADY_TAU) return undefined;
  const { first, last } = endsOf(clocks);
  return (first - last) / first > MAX_CLOCK_FALL ? { fromMHz: first, toMHz: last } : undefined;
}

function steadyHeating(temperatures: readonly Seen[]): { fromC: number; toC: number } | undefined {
  if (temperatures.length < MIN_LOOKS || kendallTau(temperatures) < STEADY_TAU) return undefined;
  const { first, last } = endsOf(temperatures);
  return last - first >= MAX_RISE_C && last >= HOT_C ? { fromC: first, toC: last } : undefined;
}

/** @returns `thermal-drift`, of the CPU or of the GPU, whichever is measured */
export function heatingUp(surroundings: Surroundings): MeasurementWarning[] {
  const { during = [] } = surroundings;
  const onGpu = measuredGpu(surroundings) !== undefined && seen(during, 'gpuClockMHz').length > 0;
  const fall = steadyFall(onGpu ? seen(during, 'gpuClockMHz') : workingClocks(surroundings));
  const heating = steadyHeating(seen(during, onGpu ? 'gpuTemperatureC' : 'temperatureC'));
  if (fall === undefined && heating === undefined) return [];
  return [{ code: 'thermal-drift', evidence: { of: onGpu ? 'gpu' : 'cpu', ...fall, ...heating } }];
}

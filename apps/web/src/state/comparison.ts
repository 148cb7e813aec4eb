import type { Measurement, MeasurementResult, Statistic } from '@espalier/contracts';
import { controlRatio, type Estimated, ratioOfIndependent, statisticOf } from './estimate.js';

/** A measurement that found a latency. */
export type Measured = Measurement & { readonly result: MeasurementResult };

/** Whether there is a distribution to compare. */
export function isMeasured(measurement: Measurement): measurement is Measured {
  return measurement.result !== null;
}

/**
 * How a ratio came about, from the most to the least to be trusted: `interleaved`: in one run, the reference was its
 * control; `common-control`: both over the same control, each in one run with it; `independent`: two runs that knew
 * nothing of each other.
 */
export type RatioBasis = 'interleaved' | 'common-control' | 'independent';

/** One measurement over the reference. */
export interface ComparedRatio {
  readonly basis: RatioBasis;
  readonly ratio: Estimated;
}

/** The statistic that all ask for, or else the median. */
export function commonStatistic(measurements: readonly Pick<Measurement, 'spec'>[]): Statistic {
  const asked = new Set(measurements.map(({ spec }) => spec.statistic));
  const [first = 'p50'] = asked;
  return asked.size === 1 ? first : 'p50';
}

/** A model over itself says how far rounds agree, and nothing of another measurement. */
const hasOtherControl = ({ subject, control }: Measured): boolean => control !== null && control !== subject;

const sameConditions = (a: Measured, b: Measured): boolean =>
  a.target === b.target && a.spec.batch === b.spec.batch && a.spec.threads === b.spec.threads;

/** The best ratio of a measurement to a reference that both of them allow. */
export function ratioTo(measured: Measured, reference: Measured, statistic: Statistic): ComparedRatio {
  const own = controlRatio(measured.result, statistic);
  const other = controlRatio(reference.result, statistic);
  if (sameConditions(measured, reference) && hasOtherControl(measured)) {
    if (own !== null && measured.control === reference.subject) return { basis: 'interleaved', ratio: own };
    if (own !== null && other !== null && measured.control === reference.control)
      return { basis: 'common-control', ratio: ratioOfIndependent(own, other) };
  }
  return {
    basis: 'independent',
    ratio: ratioOfIndependent(
      statisticOf(measured.result.subject, statistic),
      statisticOf(reference.result.subject, statistic),
    ),
  };
}

/** A latency in units of the canary of its device and time; null: the device had measured none. */
export function overCanary({ result }: Measured, statistic: Statistic): Estimated | null {
  const { canary } = result.environment;
  if (canary === undefined) return null;
  return ratioOfIndependent(statisticOf(result.subject, statistic), { value: canary.p50Ms, ci: canary.p50Ci });
}

/** Whether the measurements come from more than one device. */
export const areOfSeveralDevices = (measurements: readonly Measurement[]): boolean =>
  new Set(measurements.map(({ agentId }) => agentId)).size > 1;

/** Something that is not the same for all; `values` in the order of the measurements. */
export interface Difference {
  readonly name: string;
  readonly values: readonly string[];
}

const CONDITIONS: readonly { readonly name: string; readonly of: (measured: Measured) => string }[] = [
  { name: 'Target', of: ({ target }) => target },
  { name: 'CPU', of: ({ result }) => result.environment.before.cpuModel },
  { name: 'Logical cores', of: ({ result }) => String(result.environment.before.logicalCores) },
  { name: 'Batch', of: ({ spec }) => String(spec.batch) },
  { name: 'Threads', of: ({ spec }) => (spec.threads === 0 ? 'as onnxruntime decides' : String(spec.threads)) },
  { name: 'Provider', of: ({ result }) => result.environment.provider },
  { name: 'onnxruntime', of: ({ result }) => result.environment.onnxruntime },
  { name: 'Graph optimisation', of: ({ spec }) => spec.graphOptimization },
  { name: 'Execution', of: ({ spec }) => spec.executionMode },
  { name: 'Spinning', of: ({ spec }) => (spec.spinning ? 'on' : 'off') },
  { name: 'Memory arena', of: ({ spec }) => (spec.memoryArena ? 'on' : 'off') },
  { name: 'CPUs', of: ({ spec }) => spec.affinity ?? 'all' },
  { name: 'Pacing', of: ({ spec }) => spec.pacing.kind },
  {
    name: 'Inputs',
    of: ({ result }) =>
      Object.values(result.inputs)
        .map((shape) => shape.join('×'))
        .join(', '),
  },
  { name: 'Input data', of: ({ spec }) => (spec.inputData === null ? 'random' : spec.inputData.slice(0, 10)) },
  { name: 'OS', of: ({ result }) => result.environment.os },
  { name: 'Architecture', of: ({ result }) => result.environment.architecture },
  { name: 'Governor', of: ({ result }) => result.environment.before.governor ?? 'not told' },
  { name: 'Power', of: ({ result }) => result.environment.before.powerSource ?? 'not told' },
];

/** What differs between measurements besides their models. @param agentNames names of devices by id */
export function differencesOf(
  measurements: readonly Measured[],
  agentNames: ReadonlyMap<string, string>,
): readonly Difference[] {
  const device = ({ agentId }: Measured): string => agentNames.get(agentId ?? '') ?? 'a device that is gone';
  return [{ name: 'Device', of: device }, ...CONDITIONS]
    .map(({ name, of }) => ({ name, values: measurements.map(of) }))
    .filter(({ values }) => new Set(values).size > 1);
}

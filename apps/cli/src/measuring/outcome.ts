import type {
  ComparisonResult,
  Interval,
  LatencyEstimate,
  MeasurementEnvironment,
  MeasurementResult,
  MeasurementSpec,
  MeasurementWarning,
  Statistic,
} from '@espalier/contracts';

/** What was measured under one spec, and what came out; `names` are as people know the models, subject first. */
export type Outcome = { readonly spec: MeasurementSpec; readonly names: readonly string[] } & (
  | { readonly kind: 'measurement'; readonly result: MeasurementResult }
  | { readonly kind: 'comparison'; readonly result: ComparisonResult }
);

/** One model of an outcome. */
export interface MeasuredModel {
  readonly name: string;
  readonly latency: LatencyEstimate;
  /** Known of a subject alone. */
  readonly peakRssBytes: number | undefined;
  /** 1 is the fastest; equal ranks are not told apart. Of a comparison only. */
  readonly rank: number | undefined;
}

/** The models of an outcome, in the order in which they were given. */
export function modelsOf({ kind, names, result }: Outcome): readonly MeasuredModel[] {
  const nameOf = (index: number): string => names[index] ?? `model ${index + 1}`;
  if (kind === 'comparison') {
    return result.artifacts.map((latency, index) => ({
      name: nameOf(index),
      latency,
      peakRssBytes: undefined,
      rank: result.ranks[index],
    }));
  }
  const subject = { name: nameOf(0), latency: result.subject, peakRssBytes: result.peakRssBytes, rank: undefined };
  if (result.control === undefined) return [subject];
  return [subject, { name: nameOf(1), latency: result.control, peakRssBytes: undefined, rank: undefined }];
}

/** What is told of an outcome whatever it is of. */
export function commonOf({ result }: Outcome): {
  readonly environment: MeasurementEnvironment;
  readonly warnings: readonly MeasurementWarning[];
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly atMs: readonly number[];
} {
  return result;
}

/** The statistic of a latency with its interval. */
export function estimateOf(latency: LatencyEstimate, statistic: Statistic): { valueMs: number; ci: Interval } {
  switch (statistic) {
    case 'p50':
      return { valueMs: latency.p50Ms, ci: latency.p50Ci };
    case 'p90':
      return { valueMs: latency.p90Ms, ci: latency.p90Ci };
    case 'p95':
      return { valueMs: latency.p95Ms, ci: latency.p95Ci };
    case 'p99':
      return { valueMs: latency.p99Ms, ci: latency.p99Ci };
    case 'mean':
      return { valueMs: latency.meanMs, ci: latency.meanCi };
    default:
      return statistic satisfies never;
  }
}

/** Samples a second when runs follow each other back to back. */
export function throughputPerSecond({ meanMs }: LatencyEstimate, { batch }: MeasurementSpec): number {
  return (batch * 1000) / meanMs;
}

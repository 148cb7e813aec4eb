import type { Interval, Plan } from '@espalier/contracts';
import { type Domain, domainOf } from '../scale/linear.js';

/** One latency with its interval, to be drawn. */
export interface LatencyMark {
  readonly key: 'base' | 'predicted' | 'measured';
  readonly label: string;
  /** Null: not known yet; its place is kept. */
  readonly estimate: { readonly p50Ms: number; readonly ci: Interval; readonly n: number | null } | null;
}

/** The latencies of a plan on one axis. */
export interface LatencyMarks {
  readonly marks: readonly LatencyMark[];
  readonly limitMs: number | null;
  readonly domain: Domain;
}

/** Room around the outermost values, as a share of the axis. */
const PADDING = 0.08;

type Latencies = Pick<Plan, 'base' | 'predicted' | 'measured' | 'budgets'>;

/** What the latency plot of a plan shows: base, predicted and measured, and the limit of its (one) budget. */
export function latencyMarks({ base, predicted, measured, budgets }: Latencies): LatencyMarks {
  const limitMs = budgets[0]?.limitMs ?? null;
  const marks: readonly LatencyMark[] = [
    { key: 'base', label: 'Base model', estimate: base },
    { key: 'predicted', label: 'Predicted', estimate: predicted && { ...predicted, n: null } },
    { key: 'measured', label: 'Measured', estimate: measured },
  ];
  const values = marks.flatMap(({ estimate }) => (estimate === null ? [] : [estimate.p50Ms, ...estimate.ci]));
  const [low, high] = domainOf(limitMs === null ? values : [...values, limitMs], PADDING);
  // A wide interval may reach below zero; no latency does.
  return { marks, limitMs, domain: [Math.max(0, low), high] };
}

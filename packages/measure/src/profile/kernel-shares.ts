import { median } from '../statistics/quantile.js';
import { selfTimes, type SelfTime } from './self-times.js';
import type { TracedRun } from './trace-events.js';

const MICROSECONDS_PER_MS = 1000;

/** Whole microseconds average out over so many runs. */
const LEAST_CHOSEN = 10;

/** A run with the profiler on: how long it took from outside, and what its own events tell. */
export interface ProfiledRun {
  /** By the same clock as latencies. */
  readonly outerMs: number;
  readonly traced: TracedRun;
}

/** Where one kernel stands among the others; times are its own, without those of kernels in its sub-graphs. */
export interface KernelShare {
  readonly name: string;
  readonly opType: string;
  readonly provider: string;
  /** Place in the list of the kernel of the main graph in whose sub-graph it is; undefined: it is in the main graph. */
  readonly within: number | undefined;
  /** Of the time from outside, 0 to 1. */
  readonly share: number;
  readonly medianMs: number;
}

/** The parts of a run. The shares of all kernels, `runtimeShare` and `unexplained` make 1. */
export interface RunShares {
  /** In order of execution. */
  readonly kernels: readonly KernelShare[];
  /** Of onnxruntime itself: in its run but in no kernel, and what a call of it costs. */
  readonly runtimeShare: number;
  /** What is left. */
  readonly unexplained: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

interface Row {
  readonly self: SelfTime;
  readonly within: number | undefined;
  readonly usByRun: number[];
}

function keyOf({ kernel, parent }: SelfTime): string {
  return `${parent === undefined ? '' : keyOf(parent)}/${kernel.nodeIndex} ${kernel.name}`;
}

function rootOf(self: SelfTime): SelfTime {
  return self.parent === undefined ? self : rootOf(self.parent);
}

/** A row a kernel, with its time in every run; kernels of a loop are added up over its turns. */
function rowsOf(runs: readonly ProfiledRun[]): readonly Row[] {
  const rows = new Map<string, Row>();
  const places = new Map<string, number>();
  for (const [run, { traced }] of runs.entries()) {
    for (const self of selfTimes(traced.kernels)) {
      const key = keyOf(self);
      let row = rows.get(key);
      if (row === undefined) {
        const within = self.parent === undefined ? undefined : places.get(keyOf(rootOf(self)));
        row = { self, within, usByRun: runs.map(() => 0) };
        places.set(key, rows.size);
        rows.set(key, row);
      }
      row.usByRun[run] = (row.usByRun[run] ?? 0) + self.selfUs;
    }
  }
  return [...rows.values()];
}

/** The fastest quarter, ten at least where there are so many: what disturbs a run only makes it slower. */
function fastest<Run>(runs: readonly Run[], timeOf: (run: Run) => number): readonly Run[] {
  const order = [...runs].sort((a, b) => timeOf(a) - timeOf(b));
  return order.slice(0, Math.max(LEAST_CHOSEN, Math.ceil(order.length / 4)));
}

/**
 * What a call of onnxruntime costs outside of its run, in µs: through its binding and back, as runs of a model that does
 * nothing show. As with other runs, of the fastest quarter.
 */
export function callCostUs(runs: readonly ProfiledRun[]): number {
  const costs = runs.map(({ outerMs, traced }) => outerMs * MICROSECONDS_PER_MS - traced.durationUs);
  const chosen = fastest(costs, (cost) => cost);
  return chosen.length === 0 ? 0 : sum(chosen) / chosen.length;
}

/** The mean of the middle half of some values: as robust as a median, and finer than the whole microseconds of a trace. */
function interquartileMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice(Math.floor(sorted.length / 4), Math.ceil((3 * sorted.length) / 4));
  return sum(middle) / middle.length;
}

/**
 * Divides the time of runs among kernels and onnxruntime, whose part is what its events leave between the kernels and what
 * a call of it costs. How much of a run all kernels together take, and how much
 * onnxruntime, are sums over the fastest quarter of the runs; what the kernels take is then divided among them by the
 * interquartile mean of each over all runs. So the parts add up, which medians do not, and a disturbance, which hits one
 * kernel of a run, is not taken for that kernel's time.
 * @param runs at least one
 * @param callUs see {@link callCostUs}
 */
export function runShares(runs: readonly ProfiledRun[], callUs: number): RunShares {
  const rows = rowsOf(runs);
  const chosen = fastest(runs, ({ outerMs }) => outerMs);
  const outerUs = sum(chosen.map(({ outerMs }) => outerMs * MICROSECONDS_PER_MS));
  const tracedUs = sum(chosen.map(({ traced }) => traced.durationUs));
  const kernelUs = sum(chosen.map(({ traced }) => sum(selfTimes(traced.kernels).map(({ selfUs }) => selfUs))));
  const weights = rows.map(({ usByRun }) => interquartileMean(usByRun));
  const totalWeight = sum(weights);
  const kernels = rows.map(({ self: { kernel }, within, usByRun }, row): KernelShare => {
    const { name, opType, provider } = kernel;
    const part = totalWeight === 0 ? 1 / rows.length : (weights[row] ?? 0) / totalWeight;
    return {
      name,
      opType,
      provider,
      within,
      share: (part * kernelUs) / outerUs,
      medianMs: median(usByRun) / MICROSECONDS_PER_MS,
    };
  });
  const explainedUs = tracedUs + callUs * chosen.length;
  return { kernels, runtimeShare: (explainedUs - kernelUs) / outerUs, unexplained: 1 - explainedUs / outerUs };
}

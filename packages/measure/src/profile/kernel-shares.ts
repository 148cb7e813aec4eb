import { median } from '../statistics/quantile.js';
import { selfTimes, type SelfTime } from './self-times.js';
import type { TracedRun } from './trace-events.js';

const MICROSECONDS_PER_MS = 1000;

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
  /** Of onnxruntime itself: in its run, but in no kernel. */
  readonly runtimeShare: number;
  /** Outside of what onnxruntime calls its run: the call into it and back. */
  readonly unexplained: number;
}

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

/** The middle half of the runs by their time: what disturbs a run hits one kernel of it, and would count as that kernel's. */
function middleHalf(runs: readonly ProfiledRun[]): readonly number[] {
  const order = [...runs.keys()].sort((a, b) => (runs[a]?.outerMs ?? 0) - (runs[b]?.outerMs ?? 0));
  return order.slice(Math.floor(order.length / 4), Math.ceil((3 * order.length) / 4));
}

/**
 * Divides the time of runs among kernels and onnxruntime. Shares are of sums over the middle half of the runs (an
 * interquartile mean of each part, over the same runs), so that they add up, which medians do not.
 * @param runs at least one
 */
export function runShares(runs: readonly ProfiledRun[]): RunShares {
  const chosen = middleHalf(runs);
  const totalOver = (valueOf: (run: number) => number): number =>
    chosen.reduce((total, run) => total + valueOf(run), 0);
  const outerUs = totalOver((run) => (runs[run]?.outerMs ?? 0) * MICROSECONDS_PER_MS);
  const tracedUs = totalOver((run) => runs[run]?.traced.durationUs ?? 0);
  const rows = rowsOf(runs);
  const kernels = rows.map(({ self: { kernel }, within, usByRun }): KernelShare => {
    const { name, opType, provider } = kernel;
    const share = totalOver((run) => usByRun[run] ?? 0) / outerUs;
    return { name, opType, provider, within, share, medianMs: median(usByRun) / MICROSECONDS_PER_MS };
  });
  const kernelShare = kernels.reduce((total, { share }) => total + share, 0);
  return { kernels, runtimeShare: tracedUs / outerUs - kernelShare, unexplained: 1 - tracedUs / outerUs };
}

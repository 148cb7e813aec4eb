import type { KernelEvent } from './trace-events.js';

/** A kernel of one run, and the time of that run that is its own. */
export interface SelfTime {
  readonly kernel: KernelEvent;
  /** The kernel whose sub-graph it is in. */
  readonly parent: SelfTime | undefined;
  selfUs: number;
}

/** Kernels that run graphs of their own, whose kernels are in the trace too, inside of theirs. */
const subgraphOperators: ReadonlySet<string> = new Set([
  'If',
  'Loop',
  'Scan',
  'BeamSearch',
  'GreedySearch',
  'Sampling',
  'WhisperBeamSearch',
]);

const endOf = ({ startUs, durationUs }: KernelEvent): number => startUs + durationUs;

/** Finds the parent of each kernel: the innermost one with a sub-graph that encloses it on the same thread. */
function withParents(kernels: readonly KernelEvent[]): readonly SelfTime[] {
  const openByThread = new Map<number, SelfTime[]>();
  return kernels.map((kernel) => {
    const open = (openByThread.get(kernel.threadId) ?? []).filter(
      (other) => endOf(other.kernel) >= endOf(kernel) && endOf(other.kernel) > kernel.startUs,
    );
    const self: SelfTime = { kernel, parent: open.at(-1), selfUs: 0 };
    openByThread.set(kernel.threadId, subgraphOperators.has(kernel.opType) ? [...open, self] : open);
    return self;
  });
}

/**
 * Divides the time of a run among its kernels, so that no moment counts twice: while a kernel of a sub-graph runs, the
 * time is not its parent's; while several run at once (parallel execution), each gets an equal part. The sum of the
 * times is the time in which at least one kernel ran.
 * @param kernels of one run, by start, parents before the kernels in them
 */
export function selfTimes(kernels: readonly KernelEvent[]): readonly SelfTime[] {
  const all = withParents(kernels);
  const moments = [...new Set(kernels.flatMap((kernel) => [kernel.startUs, endOf(kernel)]))].sort((a, b) => a - b);
  let running: SelfTime[] = [];
  let next = 0;
  for (const [place, moment] of moments.entries()) {
    running = running.filter(({ kernel }) => endOf(kernel) > moment);
    for (let self = all[next]; self !== undefined && self.kernel.startUs === moment; self = all[++next]) {
      if (self.kernel.durationUs > 0) running.push(self);
    }
    const parents = new Set(running.map(({ parent }) => parent));
    const innermost = running.filter((self) => !parents.has(self));
    const lastsUs = (moments[place + 1] ?? moment) - moment;
    for (const self of innermost) self.selfUs += lastsUs / innermost.length;
  }
  return all;
}

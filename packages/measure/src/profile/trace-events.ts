import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { MeasureError } from '../measure-error.js';

/** What onnxruntime's profiler writes of anything: whole microseconds since the session was made. */
const TraceEvent = Type.Object({
  cat: Type.String(),
  name: Type.String(),
  ts: Type.Number(),
  dur: Type.Number(),
  tid: Type.Number(),
  args: Type.Optional(
    Type.Object({
      provider: Type.Optional(Type.String()),
      op_name: Type.Optional(Type.String()),
      node_index: Type.Optional(Type.String()),
    }),
  ),
});
type TraceEvent = Static<typeof TraceEvent>;

const validator = Compile(TraceEvent);

/** One kernel in one run. */
export interface KernelEvent {
  /** As onnxruntime calls the node after its optimisations. */
  readonly name: string;
  readonly opType: string;
  /** As onnxruntime calls it: `CPUExecutionProvider`. */
  readonly provider: string;
  /** Place in its graph; a sub-graph counts from 0 again. */
  readonly nodeIndex: number;
  readonly threadId: number;
  readonly startUs: number;
  readonly durationUs: number;
}

/** One run as its own events tell it. */
export interface TracedRun {
  readonly durationUs: number;
  /** In order of their start; a kernel with a sub-graph comes before the kernels in it. */
  readonly kernels: readonly KernelEvent[];
}

const RUN = 'model_run';
const KERNEL_SUFFIX = '_kernel_time';

function kernelOf({ cat, name, ts, dur, tid, args }: TraceEvent): KernelEvent | undefined {
  if (cat !== 'Node' || !name.endsWith(KERNEL_SUFFIX) || args?.provider === undefined) return undefined;
  return {
    name: name.slice(0, -KERNEL_SUFFIX.length),
    opType: args.op_name ?? '',
    provider: args.provider,
    nodeIndex: Number(args.node_index ?? -1),
    threadId: tid,
    startUs: ts,
    durationUs: dur,
  };
}

const byStart = (a: KernelEvent, b: KernelEvent): number => a.startUs - b.startUs || b.durationUs - a.durationUs;

/** Sorts kernels into the runs that they belong to; what lies outside of a run is left out. */
function intoRuns(runs: readonly TraceEvent[], kernels: readonly KernelEvent[]): readonly TracedRun[] {
  let next = 0;
  return runs.map(({ ts, dur }) => {
    const within: KernelEvent[] = [];
    for (let kernel = kernels[next]; kernel !== undefined && kernel.startUs <= ts + dur; kernel = kernels[++next]) {
      if (kernel.startUs >= ts) within.push(kernel);
    }
    return { durationUs: dur, kernels: within };
  });
}

/**
 * Collects the events of onnxruntime's profiler: one `model_run` a run, one `…_kernel_time` a node and run. Of the rest
 * (loading, choosing kernels), and of what else an event says, nothing is kept: a trace has hundreds of megabytes.
 */
export class TraceCollector {
  readonly #kernels: KernelEvent[] = [];
  readonly #runs: TraceEvent[] = [];

  /**
   * @throws MeasureError `probe-crashed` when the event has another form
   */
  add(event: unknown): void {
    if (!validator.Check(event)) {
      const [first] = validator.Errors(event);
      const where = first?.instancePath || 'an event';
      throw new MeasureError('probe-crashed', `onnxruntime's profile has an unknown form: ${where} ${first?.message}`);
    }
    const kernel = kernelOf(event);
    if (kernel !== undefined) this.#kernels.push(kernel);
    else if (event.cat === 'Session' && event.name === RUN) this.#runs.push(event);
  }

  /** The runs so far, in order of time. */
  runs(): readonly TracedRun[] {
    return intoRuns(
      this.#runs.toSorted((a, b) => a.ts - b.ts),
      this.#kernels.toSorted(byStart),
    );
  }
}

import type { ElementType } from '@espalier/onnx';
import { MeasureError } from './measure-error.js';
import { defaultMemoryLimitBytes } from './parent/memory-limit.js';
import { runProbe } from './parent/run-probe.js';

/** Loading a model twice and running it twice without any optimisation. */
const DEFAULT_TIMEOUT_MS = 120_000;

/** Element type and concrete dims of a tensor. */
export interface TensorShape {
  readonly elementType: ElementType;
  readonly dims: readonly number[];
}

/** What a traced run found. */
export interface Trace {
  /** Shapes that were fed, by input name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Inputs with a dynamic dimension, other than the batch, that nobody gave and that was assumed. */
  readonly assumedInputs: readonly string[];
  /** Every input and every tensor that a node of the top-level graph makes. */
  readonly shapes: ReadonlyMap<string, TensorShape>;
  /** Tensors without a shape (sequences, optionals), or of a type that onnxruntime's binding cannot pass. */
  readonly leftOut: readonly string[];
}

/** Limits and inputs of a trace. */
export interface TraceOptions {
  /** Whole shapes by input name, for inputs with dynamic dimensions other than the batch. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>> | undefined;
  readonly timeoutMs?: number | undefined;
  readonly memoryLimitBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Element types that onnxruntime's binding names; they are called the same in packages/onnx. */
const elementTypes: ReadonlyMap<string, ElementType> = new Map(
  (
    [
      'float32',
      'float16',
      'float64',
      'int8',
      'uint8',
      'int16',
      'uint16',
      'int32',
      'uint32',
      'int64',
      'uint64',
      'bool',
      'string',
      'int4',
      'uint4',
    ] as const
  ).map((name) => [name, name]),
);

/**
 * Runs a model once at batch 1, unoptimised and in a child process, with every intermediate tensor of its top-level graph
 * exposed, and returns the shapes that the tensors had.
 * @throws MeasureError `model-invalid`, `input-unresolved`, `probe-timeout`, `probe-out-of-memory`, `probe-crashed`, `cancelled`
 */
export async function traceShapes(modelPath: string, options: TraceOptions = {}): Promise<Trace> {
  const inputShapes = Object.entries(options.inputShapes ?? {}).map(([name, dims]): [string, number[]] => [
    name,
    [...dims],
  ]);
  const answer = await runProbe(
    { kind: 'trace', modelPath, inputShapes: Object.fromEntries(inputShapes) },
    {
      deadlineMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      memoryLimitBytes: options.memoryLimitBytes ?? defaultMemoryLimitBytes(),
      signal: options.signal,
    },
  );
  if (answer.kind !== 'traced') throw new MeasureError('probe-crashed', `the probe answered ${answer.kind}`);
  const { inputs, assumedInputs, leftOut } = answer;
  const shapes = answer.shapes.map(
    ({ name, elementType, dims }) => [name, { elementType: elementTypes.get(elementType) ?? 'unknown', dims }] as const,
  );
  return { inputs, assumedInputs, leftOut, shapes: new Map(shapes) };
}

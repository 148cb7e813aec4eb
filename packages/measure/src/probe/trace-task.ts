import { join } from 'node:path';
import { exposeTensors, type OnnxModel, writeModelFile } from '@espalier/onnx';
import type { InferenceSession } from 'onnxruntime-node';
import { MeasureError } from '../measure-error.js';
import { firstRun } from './first-run.js';
import type { Traced, TraceRequest } from './messages.js';
import { readWholeModel } from './model-file.js';
import { openSession, type SessionSettings } from './session.js';
import { plainSettings } from './session-options.js';
import type { Feeds } from './tensors.js';

/** Every node as it is written in the file: an optimiser would fuse away the tensors that are asked for. */
const settings: SessionSettings = { ...plainSettings, threads: 0, graphOptimization: 'disabled' };

const SEED = 1;

type Shape = Traced['shapes'][number];

interface Tracing {
  readonly model: OnnxModel;
  readonly feeds: Feeds;
  readonly exposedPath: string;
}

/** Names among `wanted` that a session gives as tensors; sequences and optionals have no shape. */
function tensorOutputs(session: InferenceSession, wanted: readonly string[]): string[] {
  const tensors = new Set(session.outputMetadata.flatMap(({ name, isTensor }) => (isTensor ? [name] : [])));
  return wanted.filter((name) => tensors.has(name));
}

async function shapesOf({ model, feeds, exposedPath }: Tracing, names: readonly string[]): Promise<Shape[]> {
  await writeModelFile(exposeTensors(model, names), exposedPath);
  const { session } = await openSession(exposedPath, settings);
  try {
    const fetched = tensorOutputs(session, names);
    const results = fetched.length === 0 ? {} : await session.run(feeds, fetched);
    return Object.entries(results).map(([name, { type, dims }]) => ({ name, elementType: type, dims: [...dims] }));
  } finally {
    await session.release();
  }
}

/**
 * The shapes of many tensors. onnxruntime's binding refuses a whole session for one output of a type that it cannot pass
 * (bfloat16, say) and does not name it, so on a refusal the names are halved until what fails stands alone and is left out.
 */
async function bisectedShapes(tracing: Tracing, names: readonly string[]): Promise<Shape[]> {
  try {
    return await shapesOf(tracing, names);
  } catch (cause) {
    if (cause instanceof MeasureError && cause.code === 'probe-out-of-memory') throw cause;
    if (names.length === 1) return [];
    const middle = Math.ceil(names.length / 2);
    const first = await bisectedShapes(tracing, names.slice(0, middle));
    return [...first, ...(await bisectedShapes(tracing, names.slice(middle)))];
  }
}

/** Runs a model with all tensors of its top-level graph exposed, at batch 1, and returns their shapes. */
export async function traceTask({ modelPath, inputShapes, workDir }: TraceRequest): Promise<Traced> {
  const plain = await openSession(modelPath, settings);
  const { feeds, shapes, assumed } = await firstRun(plain.session, { batch: 1, inputShapes }, SEED);
  await plain.session.release();
  const model = await readWholeModel(modelPath);
  const names = model.graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
  const inner = await bisectedShapes({ model, feeds, exposedPath: join(workDir, 'exposed.onnx') }, names);
  const fed = Object.entries(feeds).map(([name, { type, dims }]) => ({ name, elementType: type, dims: [...dims] }));
  const found = new Set(inner.map(({ name }) => name));
  return {
    kind: 'traced',
    inputs: Object.fromEntries(Object.entries(shapes).map(([name, dims]) => [name, [...dims]])),
    assumedInputs: [...assumed],
    shapes: [...fed, ...inner],
    leftOut: names.filter((name) => !found.has(name)),
  };
}

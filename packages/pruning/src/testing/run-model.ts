import { encodeModel, exposeTensors, type OnnxModel, seededValues, type ValueInfo } from '@espalier/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { TensorShapes } from '../block.js';

/** Dims of inputs by name, for those that a model leaves open. */
export type InputDims = Readonly<Record<string, readonly number[]>>;

/** Results of a run by name. */
export type Outputs = Readonly<Record<string, Tensor>>;

/** Runs a model once on onnxruntime's CPU provider, on seeded inputs and as written: no graph optimisation. */
export async function runModel(model: OnnxModel, dims: InputDims = {}): Promise<Outputs> {
  const session = await InferenceSession.create(Buffer.concat(encodeModel(model)), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  try {
    return await session.run(feedsOf(model, dims));
  } finally {
    await session.release();
  }
}

/** Type and dims of every tensor in one run of a model. */
export async function traceModel(model: OnnxModel, dims: InputDims = {}): Promise<TensorShapes> {
  const tensors = model.graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== '');
  const results = { ...feedsOf(model, dims), ...(await runModel(exposeTensors(model, tensors), dims)) };
  return new Map(
    Object.entries(results).map(
      ([name, { type, dims: traced }]) => [name, { elementType: type, dims: traced }] as const,
    ),
  );
}

/** Values of a tensor as numbers. */
export function valuesOf(tensor: Tensor | undefined): readonly number[] {
  return Array.from(tensor?.data ?? [], Number);
}

function feedsOf(model: OnnxModel, dims: InputDims): Record<string, Tensor> {
  return Object.fromEntries(model.graph.inputs.map((info) => [info.name, feedOf(info, dims[info.name])]));
}

/** Small integers and numbers around 0; open dims of an image become one sample of 32 × 32. */
function feedOf({ name, elementType, dims }: ValueInfo, wanted: readonly number[] | undefined): Tensor {
  const concrete = wanted ?? (dims ?? []).map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? 1 : 32));
  const length = concrete.reduce((product, dim) => product * dim, 1);
  switch (elementType) {
    case 'float32':
      return new Tensor('float32', seededValues(name, length, -1, 1), concrete);
    case 'float16':
      // 0.5 in half precision.
      return new Tensor('float16', new Uint16Array(length).fill(0x3800), concrete);
    case 'int64':
      return new Tensor('int64', new BigInt64Array(length).fill(1n), concrete);
    default:
      throw new Error(`no test input of type ${elementType} for ${name}`);
  }
}

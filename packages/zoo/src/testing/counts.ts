import { encodeModel, GraphBuilder, type GraphNode, type OnnxModel } from '@espalier/onnx';
import { InferenceSession } from 'onnxruntime-node';

/** Dims of tensors by name. */
type Dims = ReadonlyMap<string, readonly number[]>;

/** Constants of the graph's own making (bounds, scales) are smaller than any layer's weights. */
const LARGEST_SETTING = 8;

/** Trained numbers of a model: weights, biases, γ and β, but no running statistics and no settings. */
export function parametersOf({ graph }: OnnxModel): number {
  return graph.initializerNames
    .map((name) => graph.initializer(name))
    .filter((tensor) => tensor?.elementType === 'float32' && tensor.dims.length > 0)
    .filter((tensor) => !tensor?.name.includes('.running_'))
    .reduce((sum, tensor) => sum + (tensor?.elementCount ?? 0), 0);
}

/**
 * Multiply-accumulates of a model's convolutions and linear layers for one sample. Shapes are those that onnxruntime infers when
 * it loads the graph with its weights as inputs, so nothing runs and no weight is needed.
 */
export async function macsOf(model: OnnxModel): Promise<number> {
  const weighted = model.graph.nodes.filter((node) => weightDims(model, node).length > 1);
  const sized = weighted.flatMap(
    ({ opType, inputs, outputs }) => (opType === 'ConvTranspose' ? inputs : outputs)[0] ?? '',
  );
  const dims = await inferredDims(model, sized);
  return weighted.reduce((sum, node) => sum + macsOfNode(node, weightDims(model, node), dims), 0);
}

function weightDims({ graph }: OnnxModel, { opType, inputs }: GraphNode): readonly number[] {
  const isLayer = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'].includes(opType);
  return isLayer ? (graph.initializer(inputs[1] ?? '')?.dims ?? []) : [];
}

function macsOfNode({ opType, inputs, outputs }: GraphNode, weights: readonly number[], dims: Dims): number {
  const [first = 1, ...rest] = weights;
  if (opType === 'ConvTranspose') return product(dims.get(inputs[0] ?? '')) * product(rest);
  const perOutput = opType === 'MatMul' ? first : product(rest); // [in, out]; [out, in, …]
  return product(dims.get(outputs[0] ?? '')) * perOutput;
}

async function inferredDims(model: OnnxModel, tensors: readonly string[]): Promise<Dims> {
  const builder = new GraphBuilder('shapes', { opset: model.opset });
  for (const { name, elementType, dims = [] } of model.graph.inputs) {
    builder.input(
      name,
      elementType,
      dims.map((dim, axis) => (axis === 0 ? 1 : dim)),
    );
  }
  const graph = builder.toGraph();
  for (const name of model.graph.initializerNames) {
    const tensor = model.graph.initializer(name);
    if (!tensor) continue;
    if (tensor.elementType === 'float32' && tensor.elementCount > LARGEST_SETTING) {
      builder.input(name, tensor.elementType, tensor.dims);
    } else graph.initializer.push(tensor.proto);
  }
  graph.node.push(...(model.proto.graph?.node ?? []));
  for (const name of new Set(tensors)) builder.output(name);
  const session = await InferenceSession.create(Buffer.concat(encodeModel(builder.build())), {
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  try {
    const shapes = session.outputMetadata.map((output) => (output.isTensor ? output.shape.map(Number) : []));
    return new Map(session.outputNames.map((name, index) => [name, shapes[index] ?? []]));
  } finally {
    await session.release();
  }
}

function product(dims: readonly number[] = [Number.NaN]): number {
  return dims.reduce((sum, dim) => sum * dim, 1);
}

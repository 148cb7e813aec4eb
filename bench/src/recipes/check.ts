import { decodeModel, encodeModel, exposeTensors, type OnnxModel } from '@espalier/onnx';
import type { TensorShapes } from '@espalier/pruning';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import type { PrunedCase } from './recipe-maker.js';
import type { Subject } from './subjects.js';

type Results = Readonly<Record<string, Tensor>>;

/** Element type and dims of every tensor of a model in one run. */
export async function tracedShapes({ model, feeds }: Subject): Promise<TensorShapes> {
  const tensors = model.graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== '');
  const results = { ...feeds, ...(await run(exposeTensors(model, tensors), feeds)) };
  return new Map(Object.entries(results).map(([name, { type, dims }]) => [name, { elementType: type, dims }]));
}

/**
 * What is wrong with a pruned model, written and read again: it does not load or run, an output has another shape, a weight
 * that was not to be touched has other bytes, or an output differs from that of the network that was built pruned or masked.
 * Undefined when all is well.
 */
export async function faultOf(base: Subject, shapes: TensorShapes, pruned: PrunedCase): Promise<string | undefined> {
  const written = decodeModel(Buffer.concat(encodeModel(pruned.model)));
  const results = await run(written, base.feeds);
  for (const { name } of base.model.graph.outputs) {
    const [found, wanted] = [results[name]?.dims.join('×'), shapes.get(name)?.dims.join('×')];
    if (found !== wanted) return `output ${name} has shape ${found}, not ${wanted}`;
  }
  for (const name of written.graph.initializerNames.filter((each) => !pruned.changed.has(each))) {
    const [found, wanted] = [written.graph.initializer(name), base.model.graph.initializer(name)];
    const isSize = found?.elementType === 'int64'; // a shape follows the widths
    if (wanted && found && !isSize && Buffer.compare(found.rawBytes(), wanted.rawBytes()) !== 0)
      return `weight ${name} has other bytes`;
  }
  const exact = pruned.wanted && differenceOf(results, await run(pruned.wanted, base.feeds));
  return exact ?? (pruned.wantedNearly && distanceOf(results, await run(pruned.wantedNearly, base.feeds)));
}

/** Sums are taken in another order where channels are missing; half precision and its sums are coarse. */
const TOLERANCE = { float16: 2e-2, other: 1e-3 };

function distanceOf(found: Results, wanted: Results): string | undefined {
  for (const [name, { data, type }] of Object.entries(wanted)) {
    const values = Array.from(found[name]?.data ?? [], Number);
    const expected = Array.from(data, Number);
    const size = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const limit = (size + 1e-3) * (type === 'float16' ? TOLERANCE.float16 : TOLERANCE.other);
    const worst = expected.reduce((most, value, index) => Math.max(most, Math.abs(value - (values[index] ?? NaN))), 0);
    if (!(worst <= limit)) return `output ${name} is ${worst} away from that of the masked network`;
  }
  return undefined;
}

function differenceOf(found: Results, wanted: Results): string | undefined {
  for (const [name, { data }] of Object.entries(wanted)) {
    const values = found[name]?.data;
    if (data.some((value, index) => values?.[index] !== value))
      return `output ${name} differs from the built network's`;
  }
  return undefined;
}

/** One run, unoptimised: as the model is written. */
async function run(model: OnnxModel, feeds: Subject['feeds']): Promise<Results> {
  const session = await InferenceSession.create(Buffer.concat(encodeModel(model)), {
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel } from '../encode.js';
import type { OnnxModel } from '../model.js';
import { seededValues } from '../random.js';

/** Values of a run's outputs by name. */
export type Outputs = Readonly<Record<string, Tensor['data']>>;

/** Runs a model, or the bytes or the path of one, once on onnxruntime's CPU provider, as written: no graph optimisation. */
export async function runModel(
  model: OnnxModel | Uint8Array | string,
  feeds: Record<string, Tensor>,
): Promise<Outputs> {
  const session = await openSession(model);
  try {
    const results = await session.run(feeds);
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data]));
  } finally {
    await session.release();
  }
}

async function openSession(model: OnnxModel | Uint8Array | string): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  };
  if (typeof model === 'string') return InferenceSession.create(model, options);
  const bytes = model instanceof Uint8Array ? model : Buffer.concat(encodeModel(model));
  return InferenceSession.create(bytes, options);
}

/** A float32 tensor of seeded values in [-1, 1). */
export function randomTensor(dims: readonly number[], seed: string | number = 7): Tensor {
  const length = dims.reduce((product, dim) => product * dim, 1);
  return new Tensor('float32', seededValues(seed, length, -1, 1), dims);
}

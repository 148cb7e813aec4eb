import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { randomData } from '../inputs/data.js';
import { fitArrays } from '../inputs/fit.js';
import type { InputArrays } from '../inputs/input-data.js';
import type { InputSignature, ShapeWishes } from '../inputs/shapes.js';
import { MeasureError } from '../measure-error.js';
import { seededRandom } from '../statistics/random.js';
import { bytesOfData, dataOfBytes, isTransferable, type TensorData } from '../tensor-data.js';
import type { WireTensor } from './messages.js';

/** Tensors by input name. */
export type Feeds = Readonly<Record<string, Tensor>>;

function isTensorType(elementType: string): elementType is Tensor.Type {
  return isTransferable(elementType);
}

function tensorOf(elementType: string, data: TensorData, dims: readonly number[]): Tensor {
  if (!isTensorType(elementType)) throw new RangeError(`onnxruntime takes no tensors of ${elementType}`);
  return new Tensor(elementType, data, dims);
}

/**
 * The inputs that a session wants.
 * @throws MeasureError `input-unresolved` for an input that is no tensor
 */
export function inputsOf(session: InferenceSession): readonly InputSignature[] {
  return session.inputMetadata.map((input) => {
    if (!input.isTensor) {
      throw new MeasureError('input-unresolved', `input ${input.name} is no tensor, so no data can be made for it`);
    }
    return { name: input.name, elementType: input.type, dims: input.shape };
  });
}

/** Random data for every input; the same seed and shapes give the same data for any model. */
export function randomFeeds(
  inputs: readonly InputSignature[],
  shapes: Readonly<Record<string, readonly number[]>>,
  seed: number,
): Feeds {
  const random = seededRandom(seed);
  return Object.fromEntries(
    inputs.map(({ name, elementType }) => {
      const shape = shapes[name] ?? [];
      return [name, tensorOf(elementType, randomData({ name, elementType, shape }, random), shape)];
    }),
  );
}

/**
 * The data of a file, for every input.
 * @throws MeasureError `input-data-invalid` naming the input that the file does not fit
 */
export function feedsFromData(inputs: readonly InputSignature[], arrays: InputArrays, wishes: ShapeWishes): Feeds {
  const fitting = [...fitArrays(inputs, arrays, wishes)];
  return Object.fromEntries(
    fitting.map(([name, { elementType, data, shape }]) => [name, tensorOf(elementType, data, shape)]),
  );
}

/** Tensors that came as bytes. */
export function feedsOfWire(inputs: Readonly<Record<string, WireTensor>>): Feeds {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { elementType, dims, bytes }]) => [
      name,
      tensorOf(elementType, dataOfBytes(elementType, bytes), dims),
    ]),
  );
}

/** A tensor as bytes; `undefined` when its elements cannot be passed, as texts cannot. */
export function wireOfTensor(tensor: Tensor): WireTensor | undefined {
  const { data } = tensor;
  if (Array.isArray(data) || !isTransferable(tensor.type)) return undefined;
  return { elementType: tensor.type, dims: [...tensor.dims], bytes: bytesOfData(data) };
}

import type { ValueInfo } from '@espalier/onnx';
import type { ArrayInfo } from '../dataset/array.js';
import { ScoringError } from '../errors.js';
import { canBecome } from './element-types.js';

/** Names of the array for the one input of a model, when none is called as the input: the first that is there. */
const USUAL_NAMES = ['x', 'input', 'images', 'arr_0', ''] as const;

/** An input of a model and the array that feeds it. */
export interface InputPlan {
  readonly input: string;
  /** What the model takes. */
  readonly elementType: string;
  readonly array: string;
  /** The shape of one sample, without the axis of the samples. */
  readonly sampleShape: readonly number[];
}

/** How a model is fed with calibration data. */
export interface FeedingPlan {
  readonly inputs: readonly InputPlan[];
  /** Samples that every run of the model takes, where that is fixed. */
  readonly fixedBatch: number | undefined;
}

function unfit(message: string, hint?: string): ScoringError {
  return new ScoringError('dataset-unfit', message, { hint });
}

function arrayFor({ name }: ValueInfo, isOnly: boolean, arrays: readonly ArrayInfo[]): ArrayInfo {
  const names = isOnly ? [name, ...USUAL_NAMES] : [name];
  const found = names.flatMap((each) => arrays.find((array) => array.name === each) ?? []);
  const [first] = found;
  if (first !== undefined) return first;
  const there = arrays.map((array) => array.name || 'one without a name').join(', ') || 'none but labels';
  throw unfit(
    `the calibration data hold no array for the input ${name} of the model; there is ${there}`,
    isOnly ? `name it ${name}, or ${USUAL_NAMES.filter((each) => each !== '').join(', ')}` : `name it ${name}`,
  );
}

const dimsText = (dims: readonly (number | string | null)[]): string => dims.map((dim) => dim ?? '?').join('×');

function planFor(info: ValueInfo, isOnly: boolean, arrays: readonly ArrayInfo[]): InputPlan {
  const { name, elementType, dims } = info;
  const array = arrayFor(info, isOnly, arrays);
  if (!canBecome(array.elementType, elementType)) {
    throw unfit(
      `the input ${name} takes ${elementType}, but the calibration data hold ${array.elementType}`,
      'convert them as the model expects them, with the normalisation that it was trained with',
    );
  }
  const [, ...sampleShape] = array.shape;
  const fits = dims === undefined || (dims.length === array.shape.length && dims.length > 0);
  const [, ...wanted] = dims ?? array.shape;
  if (!fits || !wanted.every((dim, axis) => typeof dim !== 'number' || dim === sampleShape[axis])) {
    throw unfit(
      `the input ${name} is ${dimsText(dims ?? []) || 'a single number'}, which an array of ${array.shape.join('×')} does not fit`,
      'the first axis of every input and of its array is that of the samples',
    );
  }
  return { input: name, elementType, array: array.name, sampleShape };
}

/** The batch that a model is fixed to. */
function fixedBatchOf(inputs: readonly ValueInfo[]): number | undefined {
  const sizes = new Set(inputs.flatMap(({ dims }) => (typeof dims?.[0] === 'number' ? [dims[0]] : [])));
  if (sizes.size > 1) {
    throw unfit(`the inputs of the model are fixed to different batches: ${[...sizes].join(', ')}`);
  }
  const [size] = sizes;
  if (size === 0) throw unfit('the inputs of the model are fixed to a batch of 0');
  return size;
}

/** What has to be known of a model: a whole one will do. */
export interface FedModel {
  readonly graph: { readonly inputs: readonly ValueInfo[] };
}

/**
 * Finds the array of every input of a model: the one of its name; for a model with one input, else the first of `x`,
 * `input`, `images`, `arr_0`, or the array of a single .npy. Arrays for no input are ignored.
 * @throws ScoringError `dataset-unfit`
 */
export function feedingPlan({ graph }: FedModel, arrays: readonly ArrayInfo[]): FeedingPlan {
  const isOnly = graph.inputs.length === 1;
  return {
    inputs: graph.inputs.map((info) => planFor(info, isOnly, arrays)),
    fixedBatch: fixedBatchOf(graph.inputs),
  };
}

/** Whole shapes of the inputs for one run, of one sample where the model leaves that open. */
export function shapesForOneRun({ inputs, fixedBatch }: FeedingPlan): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(inputs.map(({ input, sampleShape }) => [input, [fixedBatch ?? 1, ...sampleShape]]));
}

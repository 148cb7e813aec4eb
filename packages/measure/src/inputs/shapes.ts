import { MeasureError } from '../measure-error.js';

/** What onnxruntime says of an input: a number is fixed, a text is the name of a dynamic dimension, '' if it has none. */
export interface InputSignature {
  readonly name: string;
  readonly elementType: string;
  readonly dims: readonly (number | string)[];
}

/** The values that dynamic dimensions take when nobody says. */
export interface AssumedSizes {
  /** Height and width of an image. */
  readonly spatial: number;
  /** Steps of a sequence. */
  readonly sequence: number;
  /** Anything else. */
  readonly other: number;
}

/** What the user decides. */
export interface ShapeWishes {
  readonly batch: number;
  /** Whole shapes by input name; they decide everything about that input. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
}

/** Concrete shapes of all inputs. */
export interface ResolvedShapes {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Inputs with a dimension, other than the batch, that was assumed. */
  readonly assumed: readonly string[];
}

const IMAGE_RANK = 4;
const IMAGE_CHANNELS = 3;

/** Ranks beyond this are no images, sequences or batches of vectors, and nothing sensible can be assumed. */
const MAX_ASSUMED_RANK = 5;

const batchName = /^(n|b|bs|batch|batch[_-]?size|.*batch.*)$/i;
const sequenceName = /seq|len|time|token|step|frame|^[tls]$/i;
const spatialName = /height|width|^[hw]$|size/i;

/** Whether the dimensions are layers × ? × features, as the state of a recurrent network has them. */
function isRecurrentState([layers, batch, features, ...rest]: readonly (number | string)[]): boolean {
  const outerAreFixed = typeof layers === 'number' && layers > 1 && typeof features === 'number';
  return outerAreFixed && typeof batch === 'string' && rest.length === 0;
}

/**
 * The axis that stands for the samples of a batch: one that is named so, else a dynamic first axis, else the second of a
 * recurrent state. -1 if there is none.
 */
export function batchAxis(dims: readonly (number | string)[]): number {
  const named = dims.findIndex((dim) => typeof dim === 'string' && batchName.test(dim));
  if (named >= 0) return named;
  if (typeof dims[0] === 'string') return 0;
  return isRecurrentState(dims) ? 1 : -1;
}

function assumedSize(dim: string, axis: number, rank: number, sizes: AssumedSizes): number {
  if (spatialName.test(dim)) return sizes.spatial;
  if (sequenceName.test(dim)) return sizes.sequence;
  if (rank >= IMAGE_RANK) return axis === 1 ? IMAGE_CHANNELS : sizes.spatial;
  return rank >= 2 ? sizes.sequence : sizes.other;
}

function checkWished(input: InputSignature, wished: readonly number[]): void {
  const matches =
    wished.length === input.dims.length &&
    input.dims.every((dim, axis) => typeof dim === 'string' || dim === wished[axis]);
  if (matches) return;
  const declared = input.dims.map((dim) => (dim === '' ? '?' : dim)).join('×');
  throw new MeasureError(
    'input-unresolved',
    `input ${input.name} is declared as ${declared || 'a scalar'}, which ${wished.join('×') || 'a scalar'} does not fit`,
    { hint: `give the shape of ${input.name} in inputShapes with ${input.dims.length} dimensions` },
  );
}

/** Names of dynamic dimensions and the values that they have in wished shapes and in the batch. */
function boundNames(
  inputs: readonly InputSignature[],
  { batch, inputShapes }: ShapeWishes,
): ReadonlyMap<string, number> {
  const bound = new Map<string, number>();
  for (const { name, dims } of inputs) {
    const wished = inputShapes[name];
    const axis = batchAxis(dims);
    for (const [index, dim] of dims.entries()) {
      const value = wished?.[index] ?? (index === axis ? batch : undefined);
      if (typeof dim === 'string' && dim !== '' && value !== undefined && (wished !== undefined || !bound.has(dim))) {
        bound.set(dim, value);
      }
    }
  }
  return bound;
}

function checkBatch(inputs: readonly InputSignature[], { batch, inputShapes }: ShapeWishes): void {
  const takesBatch = inputs.some(({ name, dims }) => batchAxis(dims) >= 0 || inputShapes[name] !== undefined);
  if (batch === 1 || takesBatch || inputs.some(({ dims }) => dims[0] === batch)) return;
  const names = inputs.map(({ name, dims }) => `${name} ${dims.join('×')}`).join(', ');
  throw new MeasureError('input-unresolved', `a batch of ${batch} is asked for, but the inputs are fixed: ${names}`, {
    hint: 'measure with batch 1, or export the model with a dynamic batch',
  });
}

function checkNames(inputs: readonly InputSignature[], { inputShapes }: ShapeWishes): void {
  const known = new Set(inputs.map(({ name }) => name));
  const unknown = Object.keys(inputShapes).find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new MeasureError('input-unresolved', `inputShapes names ${unknown}, which is no input of the model`, {
    hint: `its inputs are ${[...known].join(', ')}`,
  });
}

/**
 * Gives every input a concrete shape: a wished shape as it is; the batch on a dimension that is named like one, else on a
 * dynamic first dimension; a dynamic dimension that shares its name with one already known, the same value; the rest by
 * name and place (images, sequences), from `sizes`.
 * @throws MeasureError `input-unresolved` naming the input and the option that helps
 */
export function resolveShapes(
  inputs: readonly InputSignature[],
  wishes: ShapeWishes,
  sizes: AssumedSizes,
): ResolvedShapes {
  checkNames(inputs, wishes);
  checkBatch(inputs, wishes);
  const bound = boundNames(inputs, wishes);
  const assumed: string[] = [];
  const shapeOf = ({ name, elementType, dims }: InputSignature): readonly number[] => {
    const wished = wishes.inputShapes[name];
    if (wished !== undefined) {
      checkWished({ name, elementType, dims }, wished);
      return wished;
    }
    const axis = batchAxis(dims);
    return dims.map((dim, index) => {
      if (typeof dim === 'number') return dim;
      const known = index === axis ? wishes.batch : bound.get(dim);
      if (known !== undefined) return known;
      if (dims.length > MAX_ASSUMED_RANK) {
        throw new MeasureError(
          'input-unresolved',
          `input ${name} has ${dims.length} dimensions, dimension ${index} open`,
          {
            hint: `give the shape of ${name} in inputShapes`,
          },
        );
      }
      if (!assumed.includes(name)) assumed.push(name);
      return assumedSize(dim, index, dims.length, sizes);
    });
  };
  return { shapes: Object.fromEntries(inputs.map((input) => [input.name, shapeOf(input)])), assumed };
}

/**
 * What to assume, in this order, until the model runs: usual training sizes first, then what small or picky models take.
 * All image sizes are multiples of 32, as detection models demand; 512 samples are a frame of a speech model at 16 kHz.
 */
export const assumedSizesInOrder: readonly AssumedSizes[] = [
  { spatial: 224, sequence: 128, other: 1 },
  { spatial: 224, sequence: 512, other: 1 },
  { spatial: 64, sequence: 64, other: 1 },
  { spatial: 32, sequence: 32, other: 1 },
  { spatial: 1, sequence: 1, other: 1 },
];

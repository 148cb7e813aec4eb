import { type InputArray, type InputArrays, ONLY_INPUT } from './input-data.js';
import { dataInvalid } from './npy.js';
import { batchAxis, type InputSignature, type ShapeWishes } from './shapes.js';

const written = (dims: readonly (number | string)[]): string =>
  dims.map((dim) => (dim === '' ? '?' : dim)).join('×') || 'a scalar';

/** The array that is for an input. */
function arrayFor(input: InputSignature, inputs: readonly InputSignature[], arrays: InputArrays): InputArray {
  const only = inputs.length === 1 && arrays.size === 1 ? arrays.get(ONLY_INPUT) : undefined;
  const array = arrays.get(input.name) ?? only;
  if (array !== undefined) return array;
  const names = [...arrays.keys()].map((name) => (name === ONLY_INPUT ? 'one array without a name' : name));
  throw dataInvalid(
    `the file with input data has no array for input ${input.name} (${written(input.dims)} of ${input.elementType})`,
    `it has ${names.join(', ')}; save an .npz with an array for each of ${inputs.map(({ name }) => name).join(', ')}`,
  );
}

function checkElements({ name, elementType }: InputSignature, array: InputArray): void {
  if (elementType === array.elementType) return;
  throw dataInvalid(`input ${name} holds ${elementType}, its array in the file ${array.elementType}`);
}

/** Checks the sizes of one input and remembers those of its named dynamic dimensions. */
function checkShape(
  { name, dims }: InputSignature,
  { shape }: InputArray,
  { batch, inputShapes }: ShapeWishes,
  bound: Map<string, number>,
): void {
  const axis = batchAxis(dims);
  const wished = inputShapes[name];
  const expected = dims.map((dim, index) => {
    if (typeof dim === 'number') return dim;
    return wished?.[index] ?? (index === axis ? batch : (bound.get(dim) ?? dim));
  });
  const fits =
    expected.length === shape.length && expected.every((dim, i) => typeof dim === 'string' || dim === shape[i]);
  if (!fits) {
    const batchMissed = wished === undefined && axis >= 0 && shape[axis] !== batch;
    throw dataInvalid(
      `input ${name} takes ${written(expected)}, its array in the file is ${written(shape)}`,
      batchMissed ? `the batch is ${batch}: ask for the one of the file, or save another file` : undefined,
    );
  }
  for (const [index, dim] of dims.entries()) {
    const size = shape[index];
    if (typeof dim === 'string' && dim !== '' && size !== undefined) bound.set(dim, size);
  }
}

/**
 * Takes the array of every input out of a file. Arrays that are for no input are let be, for another model of the same
 * measurement may have it. Dynamic dimensions take the sizes of the file; the batch, and shapes that were asked for, must be
 * those of the file.
 * @throws MeasureError `input-data-invalid` naming the input, what it expects, and what the file has
 */
export function fitArrays(
  inputs: readonly InputSignature[],
  arrays: InputArrays,
  wishes: ShapeWishes,
): ReadonlyMap<string, InputArray> {
  const bound = new Map<string, number>();
  return new Map(
    inputs.map((input) => {
      const array = arrayFor(input, inputs, arrays);
      checkElements(input, array);
      checkShape(input, array, wishes, bound);
      return [input.name, array];
    }),
  );
}

import { InvalidArgumentError } from 'commander';

/** Parser of an option that is a whole number of at least `minimum`. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`Give a whole number of at least ${minimum}.`);
    }
    return value;
  };
}

/** Parser of an option that is a number between two others, ends included. */
export function numberBetween(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= minimum && value <= maximum)) {
      throw new InvalidArgumentError(`Give a number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

const INDEX_OR_RANGE = /^(\d{1,6})(?:-(\d{1,6}))?$/;

/** Reads block indices such as `3,5` or `3-6,9`; each once, in ascending order. */
export function indexList(text: string): readonly number[] {
  const indices = new Set<number>();
  for (const part of text
    .split(',')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')) {
    const match = INDEX_OR_RANGE.exec(part);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (match === null || to < from) throw new InvalidArgumentError('Give block indices such as 3,5 or 3-6.');
    for (let index = from; index <= to; index += 1) indices.add(index);
  }
  return [...indices].sort((a, b) => a - b);
}

/** Collects `--input name=1x3x224x224` options into shapes by input name. */
export function inputShape(
  text: string,
  previous: Readonly<Record<string, number[]>> = {},
): Readonly<Record<string, number[]>> {
  const at = text.lastIndexOf('=');
  const dims = text.slice(at + 1).split('x');
  if (at < 1 || dims.some((dim) => !/^\d{1,9}$/.test(dim))) {
    throw new InvalidArgumentError('Give an input and its shape, such as image=1x3x224x224.');
  }
  return { ...previous, [text.slice(0, at)]: dims.map(Number) };
}

/** Parser of an option that is one of a few words. */
export function oneOf<const Choice extends string>(choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const chosen = choices.find((choice) => choice === text);
    if (chosen === undefined) throw new InvalidArgumentError(`Choose one of ${choices.join(', ')}.`);
    return chosen;
  };
}

/** Parser of an option that is a whole number between two others, ends included. */
export function wholeNumberBetween(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`Give a whole number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

/** Reads numbers such as `0.5` or `0.485,0.456,0.406`. */
export function numbers(text: string): readonly number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.every(Number.isFinite)) return values;
  throw new InvalidArgumentError('Give numbers such as 0.5 or 0.485,0.456,0.406.');
}

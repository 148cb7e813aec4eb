import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { withModel } from '../model-source.js';

/** A model by the name that tells it apart from the others, and its file. */
export interface NamedModel {
  readonly name: string;
  readonly path: string;
}

/**
 * Names that tell models apart: the names of their files, whole paths where two files are called alike, and numbers where
 * the same one is given twice.
 */
export function distinctNames(given: readonly string[]): readonly string[] {
  const short = given.map((named) => (existsSync(named) ? basename(named, '.onnx') : named));
  const paths = given.map((named, index) =>
    short.some((other, place) => other === short[index] && given[place] !== named) ? named : (short[index] ?? named),
  );
  return paths.map((path, index) => {
    const before = paths.slice(0, index).filter((other) => other === path).length;
    return before === 0 ? path : `${path} (${before + 1})`;
  });
}

/** Opens models one after the other, files or models of the zoo, and hands all of them to `use`. */
export async function withModels<Result>(
  given: readonly string[],
  use: (models: readonly NamedModel[]) => Promise<Result>,
): Promise<Result> {
  const names = distinctNames(given);
  const open = (index: number, opened: readonly NamedModel[]): Promise<Result> => {
    const named = given[index];
    if (named === undefined) return use(opened);
    return withModel(named, ({ path }) => open(index + 1, [...opened, { name: names[index] ?? named, path }]));
  };
  return open(0, []);
}

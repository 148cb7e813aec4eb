import type { OnnxModel } from '@espalier/onnx';
import type { Block } from '@espalier/pruning';

/** A model that was pruned by a random recipe, and what must hold of it. */
export interface PrunedCase {
  /** The recipe, for a report. */
  readonly recipe: string;
  readonly model: OnnxModel;
  /** Weights whose bytes may differ from the base model's. */
  readonly changed: ReadonlySet<string>;
  /** A network that gives the very same outputs; undefined where none can be built. */
  readonly wanted: OnnxModel | undefined;
  /** A network that gives the same outputs up to rounding; undefined where none is known. */
  readonly wantedNearly?: OnnxModel | undefined;
}

/** Makes a random recipe and prunes by it; undefined for a model in which nothing of the kind can go. */
export type RecipeMaker = (next: () => number) => PrunedCase | undefined;

/** Few or many: the share is random too. At least one. */
export function someOf(blocks: readonly Block[], next: () => number): readonly Block[] {
  const share = next();
  const some = blocks.filter(() => next() < share);
  const one = blocks[Math.floor(next() * blocks.length)];
  return some.length > 0 || !one ? some : [one];
}

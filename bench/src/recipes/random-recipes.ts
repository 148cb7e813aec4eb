import type { OnnxModel } from '@espalier/onnx';
import { type Block, findBlocks, type Granularity, removeBlocks, type TensorShapes } from '@espalier/pruning';
import type { Subject } from './subjects.js';

/** What a random recipe prunes. */
export type RecipeKind = Granularity;

/** A model that was pruned by a random recipe, and what must hold of it. */
export interface PrunedCase {
  /** The recipe, for a report. */
  readonly recipe: string;
  readonly model: OnnxModel;
  /** Weights whose bytes may differ from the base model's. */
  readonly changed: ReadonlySet<string>;
  /** A network that gives the very same outputs; undefined where none can be built. */
  readonly wanted: OnnxModel | undefined;
}

/** Makes a random recipe and prunes by it; undefined for a model in which nothing of the kind can go. */
export type RecipeMaker = (next: () => number) => PrunedCase | undefined;

/** Makers of random recipes for one model, by kind. A further kind of recipe is one more entry. */
export function recipeMakers(subject: Subject, shapes: TensorShapes): Readonly<Record<RecipeKind, RecipeMaker>> {
  return { block: blockRecipes(subject, shapes, 'block'), layer: blockRecipes(subject, shapes, 'layer') };
}

function blockRecipes({ model, builtWithout }: Subject, shapes: TensorShapes, granularity: Granularity): RecipeMaker {
  const removable = findBlocks(model, shapes, granularity).filter((block) => block.removable);
  return (next) => {
    if (removable.length === 0) return undefined;
    const remove = someOf(removable, next).map(({ index }) => index);
    const pruned = removeBlocks(model, shapes, { granularity, remove, seed: Math.floor(next() * 1000) });
    return {
      recipe: `${granularity} ${remove.join()}`,
      model: pruned.model,
      changed: new Set(pruned.reinitialised.map(({ tensor }) => tensor)),
      wanted: granularity === 'block' ? builtWithout(remove) : undefined,
    };
  };
}

/** Few or many: the share is random too. At least one. */
function someOf(blocks: readonly Block[], next: () => number): readonly Block[] {
  const share = next();
  const some = blocks.filter(() => next() < share);
  const one = blocks[Math.floor(next() * blocks.length)];
  return some.length > 0 || !one ? some : [one];
}

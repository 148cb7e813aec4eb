import { findBlocks, type Granularity, removeBlocks, type TensorShapes } from '@espalier/pruning';
import { combinedRecipes, filterRecipes } from './filter-recipes.js';
import { type RecipeMaker, someOf } from './recipe-maker.js';
import type { Subject } from './subjects.js';

/** What a random recipe prunes. */
export type RecipeKind = Granularity | 'filters' | 'both';

/** Makers of random recipes for one model, by kind. A further kind of recipe is one more entry. */
export function recipeMakers(subject: Subject, shapes: TensorShapes): Readonly<Record<RecipeKind, RecipeMaker>> {
  return {
    block: blockRecipes(subject, shapes, 'block'),
    layer: blockRecipes(subject, shapes, 'layer'),
    filters: filterRecipes(subject, shapes),
    both: combinedRecipes(subject, shapes),
  };
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

import type { OnnxModel } from '@espalier/onnx';
import {
  type FilterGroup,
  findBlocks,
  findFilterGroups,
  maskFilters,
  prune,
  removeFilters,
  type TensorShapes,
  withNeeds,
} from '@espalier/pruning';
import { type RecipeMaker, someOf } from './recipe-maker.js';
import type { Subject } from './subjects.js';

/** Share of the groups that a recipe leaves whole. */
const LEFT_WHOLE = 0.2;

/**
 * Random filters of random groups. What is left must compute what the whole model does with the same filters masked, where
 * no layer norm or the like looks at several channels at once.
 */
export function filterRecipes({ model }: Subject, shapes: TensorShapes): RecipeMaker {
  const groups = findFilterGroups(model, shapes).filter(({ prunable }) => prunable);
  const plain = groups.filter(({ mixedBy }) => mixedBy === undefined);
  const isMaskable = (group: FilterGroup): boolean =>
    group.slices.every(({ tensor }) => model.graph.constantTensor(tensor) !== undefined);
  return (next) => {
    if (groups.length === 0) return undefined;
    const from = plain.length > 0 && next() < 0.5 ? plain : groups;
    const keep = randomKeep(from, next);
    const named = groups.filter(({ name }) => keep.has(name));
    const isExact = named.every((group) => group.mixedBy === undefined && isMaskable(group));
    return {
      recipe: `filters ${describe(keep)}`,
      model: removeFilters(model, shapes, keep),
      changed: new Set(named.flatMap(({ slices }) => slices.map(({ tensor }) => tensor))),
      wanted: undefined,
      wantedNearly: isExact ? maskFilters(model, named, keep) : undefined,
    };
  };
}

/** Random blocks, and random filters of the whole model. */
export function combinedRecipes({ model }: Subject, shapes: TensorShapes): RecipeMaker {
  const groups = findFilterGroups(model, shapes).filter(({ prunable }) => prunable);
  const removable = findBlocks(model, shapes, 'block').filter((block) => block.removable);
  return (next) => {
    if (groups.length === 0 || removable.length === 0) return undefined;
    const remove = someOf(removable, next).map(({ index }) => index);
    const keep = randomKeep(groups, next);
    const filters = Object.fromEntries(keep);
    const pruned = prune(model, shapes, { granularity: 'block', remove, filters, seed: Math.floor(next() * 1000) });
    const remade = pruned.reinitialised.map(({ tensor }) => tensor);
    return {
      recipe: `block ${remove.join()}, filters ${describe(keep)}`,
      model: pruned.model,
      changed: new Set([...remade, ...reshaped(model, pruned.model)]),
      wanted: undefined,
    };
  };
}

/** Weights that have other dims than in the base model. */
function reshaped(base: OnnxModel, pruned: OnnxModel): string[] {
  return pruned.graph.initializerNames.filter(
    (name) => pruned.graph.initializer(name)?.dims.join() !== base.graph.initializer(name)?.dims.join(),
  );
}

function randomKeep(groups: readonly FilterGroup[], next: () => number): Map<string, readonly number[]> {
  const share = next();
  const keep = new Map<string, readonly number[]>();
  for (const group of groups) {
    if (next() < LEFT_WHOLE) continue;
    const drawn = Array.from({ length: group.filters }, (_, filter) => filter).filter(() => next() < share);
    const some = drawn.length > 0 ? drawn : [Math.floor(next() * group.filters)];
    keep.set(group.name, withNeeds(group, some));
  }
  return keep;
}

function describe(keep: ReadonlyMap<string, readonly number[]>): string {
  return [...keep].map(([name, kept]) => `${name}: ${kept.length}`).join(', ');
}

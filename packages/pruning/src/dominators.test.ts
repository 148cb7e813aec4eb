import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { immediateDominators } from './dominators.js';

/** Random predecessors of the vertices 1 … n − 1 of an acyclic graph in topological order. */
const acyclicGraphs = fc
  .integer({ min: 1, max: 40 })
  .chain((size) =>
    fc.tuple(
      ...Array.from({ length: size - 1 }, (_, index) =>
        fc.uniqueArray(fc.nat({ max: index }), { minLength: 1, maxLength: 4 }),
      ),
    ),
  )
  .map((predecessors) => [[], ...predecessors]);

/** Vertices that the root reaches without passing `removed`. */
function reachedWithout(predecessors: readonly (readonly number[])[], removed: number): Set<number> {
  const reached = new Set<number>();
  predecessors.forEach((before, vertex) => {
    if (vertex === removed) return;
    if (vertex === 0 || before.some((each) => reached.has(each))) reached.add(vertex);
  });
  return reached;
}

/** By definition: a dominates v when v cannot be reached without a; the immediate one is the last of them before v. */
function dominatorsByDefinition(predecessors: readonly (readonly number[])[]): number[] {
  const cut = predecessors.map((_, vertex) => reachedWithout(predecessors, vertex));
  return predecessors.map((_, vertex) => {
    const dominators = predecessors.flatMap((__, other) => (other < vertex && !cut[other]?.has(vertex) ? [other] : []));
    return dominators.at(-1) ?? 0;
  });
}

test('the immediate dominators of any acyclic graph are those of the definition', () => {
  fc.assert(
    fc.property(acyclicGraphs, (predecessors) => {
      const found = immediateDominators(predecessors.length, (vertex) => predecessors[vertex] ?? []);
      expect([...found]).toEqual(dominatorsByDefinition(predecessors));
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('a long chain with a skip from every vertex to the last is dominated by its root alone at the end', () => {
  const size = 100_000;
  const all = Array.from({ length: size - 1 }, (_, index) => index);
  const found = immediateDominators(size, (vertex) => (vertex === size - 1 ? all : [vertex - 1]));
  expect(found[size - 1]).toBe(0);
  expect(found[size - 2]).toBe(size - 3);
});

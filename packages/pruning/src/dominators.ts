/**
 * Immediate dominators of a directed acyclic graph whose vertices 0 … size − 1 are numbered in topological order, with
 * 0 the one vertex without predecessors. The dominators of a vertex are the common ancestors of its predecessors in the
 * tree built so far (Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm", 2001; without cycles one pass is
 * enough). Jump pointers (Myers: "An applicative random-access stack", 1983) find the nearest common ancestor in
 * O(log size), so a chain with many long skips stays fast. The root is its own dominator.
 */
export function immediateDominators(size: number, predecessors: (vertex: number) => readonly number[]): Int32Array {
  const parent = new Int32Array(size);
  const jump = new Int32Array(size);
  const depth = new Int32Array(size);

  const ancestorAtDepth = (start: number, target: number): number => {
    let vertex = start;
    while (at(depth, vertex) > target) {
      const far = at(jump, vertex);
      vertex = at(depth, far) >= target ? far : at(parent, vertex);
    }
    return vertex;
  };
  const nearestCommonAncestor = (a: number, b: number): number => {
    const level = Math.min(at(depth, a), at(depth, b));
    let [left, right] = [ancestorAtDepth(a, level), ancestorAtDepth(b, level)];
    while (left !== right) {
      const haveFarApart = at(jump, left) !== at(jump, right);
      [left, right] = haveFarApart ? [at(jump, left), at(jump, right)] : [at(parent, left), at(parent, right)];
    }
    return left;
  };

  for (let vertex = 1; vertex < size; vertex++) {
    const dominator = predecessors(vertex).reduce(nearestCommonAncestor);
    const far = at(jump, dominator);
    const isBalanced = at(depth, dominator) - at(depth, far) === at(depth, far) - at(depth, at(jump, far));
    parent[vertex] = dominator;
    depth[vertex] = at(depth, dominator) + 1;
    jump[vertex] = isBalanced ? at(jump, far) : dominator;
  }
  return parent;
}

function at(values: Int32Array, vertex: number): number {
  return values[vertex] ?? 0;
}

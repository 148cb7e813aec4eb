/** Sorted, without doubles: the one form in which sets of blocks are compared and stored. */
export function blockSet(indices: Iterable<number>): readonly number[] {
  return [...new Set(indices)].sort((a, b) => a - b);
}

/** A key that two sets of blocks share exactly when they are equal. */
export function blockSetKey(indices: Iterable<number>): string {
  return blockSet(indices).join(',');
}

/**
 * How many items to put in each row, when at most `most` fit: as few rows as possible, all about equally full
 * (16 items where 12 fit become 8 + 8, not 12 + 4).
 */
export function itemsPerRow(count: number, most: number): number {
  if (count <= 0) return 1;
  return Math.ceil(count / Math.ceil(count / Math.max(1, most)));
}

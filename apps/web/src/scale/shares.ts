/**
 * Each value's share of the sum, as the planner normalises importance: over the values that exist. All zero: equal
 * shares, since none is more important than another. Values are at least 0.
 */
export function sharesOf(values: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const sum = [...values.values()].reduce((total, value) => total + value, 0);
  return new Map([...values].map(([key, value]) => [key, sum > 0 ? value / sum : 1 / values.size]));
}

/** Where a value stands between 0 and the largest one, in [0, 1]; 0 when there is no largest one. */
export function intensity(value: number, largest: number): number {
  return largest > 0 ? Math.min(1, Math.max(0, value / largest)) : 0;
}

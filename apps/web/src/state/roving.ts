/**
 * Where a key leads in a row of `count` things of which one can be reached with Tab: the arrows to a neighbour, Home and
 * End to the ends. Null: the key means nothing here, or there is nowhere to go.
 */
export function stepTo(key: string, at: number, count: number): number | null {
  const next = targetOf(key, at, count);
  return next === null || next === at || next < 0 || next >= count ? null : next;
}

function targetOf(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return at + 1;
    case 'ArrowLeft':
      return at - 1;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

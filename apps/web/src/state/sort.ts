import type { BlockRow } from './block-rows.js';

/** What a table of blocks can be sorted by. `flow` is the order in which data passes. */
export type SortKey = 'flow' | 'name' | 'importance' | 'saving' | 'parameters' | 'macs';

/** The order of a table. */
export interface SortOrder {
  readonly key: SortKey;
  readonly direction: 'ascending' | 'descending';
}

const VALUES: Readonly<Record<SortKey, (row: BlockRow) => number | string | null>> = {
  flow: ({ block }) => block.index,
  name: ({ block }) => block.name,
  importance: ({ importance }) => importance,
  saving: ({ savingMs }) => savingMs,
  parameters: ({ block }) => block.parameters,
  macs: ({ block }) => block.macs,
};

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

/** Sorted rows; what has no value comes last in either direction, and equal rows stay in the order of the flow. */
export function sortRows(rows: readonly BlockRow[], { key, direction }: SortOrder): readonly BlockRow[] {
  const valueOf = VALUES[key];
  const sign = direction === 'ascending' ? 1 : -1;
  return rows.toSorted((left, right) => {
    const a = valueOf(left);
    const b = valueOf(right);
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * compare(a, b) || left.block.index - right.block.index;
  });
}

/** What one looks for first: large savings and sizes, and the least important blocks. */
const FIRST_DIRECTION: Readonly<Record<SortKey, SortOrder['direction']>> = {
  flow: 'ascending',
  name: 'ascending',
  importance: 'ascending',
  saving: 'descending',
  parameters: 'descending',
  macs: 'descending',
};

/** The order after a press on a column's head: its own first direction, then the other one. */
export function nextOrder(order: SortOrder, key: SortKey): SortOrder {
  if (order.key !== key) return { key, direction: FIRST_DIRECTION[key] };
  return { key, direction: order.direction === 'ascending' ? 'descending' : 'ascending' };
}

import type { BlockRow } from '../state/block-rows.js';
import { formatShare, UNKNOWN } from './number.js';
import { formatShape } from './shape.js';

/** What a strip can draw as the height of a block. */
export type Measure = 'macs' | 'parameters' | 'saving';

/** What a block has of a measure; 0 where it is not known. */
export function measureOf({ block, savingMs }: BlockRow, measure: Measure): number {
  switch (measure) {
    case 'macs':
      return block.macs;
    case 'parameters':
      return block.parameters;
    case 'saving':
      return Math.max(0, savingMs ?? 0);
    default:
      return measure satisfies never;
  }
}

/** Whether a block stays, can go, or went; with the reason where there is one. */
export function describeFate({ block, removed }: BlockRow): string {
  if (removed) return 'removed by this plan';
  if (block.removable) return 'removable';
  return block.reason === undefined ? 'not removable' : `not removable: ${block.reason}`;
}

/** A block's importance among the removable ones: `6.3 %`. */
export function formatImportance({ importance }: BlockRow): string {
  return importance === null ? UNKNOWN : formatShare(importance);
}

/** A block in one line, for readers of the screen. */
export function describeBlock(row: BlockRow): string {
  const importance = row.importance === null ? [] : [`importance ${formatShare(row.importance)}`];
  return [`Block ${row.block.index}`, row.block.name, describeFate(row), ...importance].join(', ');
}

/** What goes into a block and what comes out: one shape where both are equal. */
export function describeFlow({ input, output }: BlockRow['block']): string {
  const before = formatShape(input.shape);
  const after = formatShape(output.shape);
  return before === after ? before : `${before} → ${after}`;
}

/** The place of a block among the removable ones, the least important first; null without an importance. */
export function rankOf(
  row: BlockRow,
  rows: readonly BlockRow[],
): { readonly rank: number; readonly of: number } | null {
  const { importance } = row;
  if (importance === null) return null;
  const all = rows.flatMap((other) => (other.importance === null ? [] : [other.importance]));
  return { rank: 1 + all.filter((other) => other < importance).length, of: all.length };
}

import type { Block, Interval, LatencyTableRow, ScoreList } from '@espalier/contracts';
import { sharesOf } from '../scale/shares.js';

/** A block with all that is known about it, as the strip and the table show it. */
export interface BlockRow {
  readonly block: Block;
  /** Share of all removable blocks together; null: not removable, or the criterion does not apply. */
  readonly importance: number | null;
  readonly savingMs: number | null;
  readonly savingCi: Interval | null;
  /** Taken out by the plan that is shown. */
  readonly removed: boolean;
}

/** Raw scores as shares of the removable blocks: what is not removable has no share. */
export function importanceShares(
  blocks: readonly Block[],
  scores: ScoreList['scores'] | undefined,
): ReadonlyMap<number, number> {
  const removable = new Set(blocks.filter((block) => block.removable).map(({ index }) => index));
  const known = new Map<number, number>();
  for (const { index, importance } of scores ?? [])
    if (importance !== null && removable.has(index)) known.set(index, importance);
  return sharesOf(known);
}

/** What is known about savings and importance beside the blocks themselves. */
export interface BlockKnowledge {
  readonly shares?: ReadonlyMap<number, number> | undefined;
  readonly latencyTable?: readonly LatencyTableRow[] | undefined;
  readonly removed?: readonly number[] | undefined;
}

/**
 * Joins the blocks of a model with scores and a latency table. Where `shares` are not given, the importance is the
 * table's.
 */
export function blockRows(
  blocks: readonly Block[],
  { shares, latencyTable = [], removed = [] }: BlockKnowledge,
): readonly BlockRow[] {
  const measured = new Map(latencyTable.map((row) => [row.index, row]));
  const gone = new Set(removed);
  return blocks.map((block) => {
    const row = measured.get(block.index);
    return {
      block,
      importance: (shares === undefined ? row?.importance : shares.get(block.index)) ?? null,
      savingMs: row?.savingMs ?? null,
      savingCi: row?.savingCi ?? null,
      removed: gone.has(block.index),
    };
  });
}

/** Whether a latency table says what removing at least one block saves. */
export const hasSavings = (latencyTable: readonly LatencyTableRow[]): boolean =>
  latencyTable.some(({ savingMs }) => savingMs !== null);

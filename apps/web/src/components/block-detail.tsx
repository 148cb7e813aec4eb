import { describeFate, describeFlow, formatImportance, rankOf } from '../format/block.js';
import { formatSaving, savingDecimals } from '../format/latency.js';
import { formatCount, UNKNOWN } from '../format/number.js';
import type { BlockRow } from '../state/block-rows.js';
import styles from './block-detail.module.css';

interface BlockDetailProps {
  readonly row: BlockRow;
  /** All blocks, to rank this one among them. */
  readonly rows: readonly BlockRow[];
}

function factsOf(row: BlockRow, rows: readonly BlockRow[]): readonly (readonly [string, string])[] {
  const rank = rankOf(row, rows);
  const { savingMs, savingCi, block } = row;
  return [
    ['Importance', formatImportance(row)],
    ['Rank, least first', rank === null ? UNKNOWN : `${rank.rank} of ${rank.of}`],
    [
      'Removing saves',
      savingMs === null
        ? UNKNOWN
        : formatSaving(savingMs, savingCi, savingDecimals(savingCi === null ? [] : [savingCi])),
    ],
    ['Parameters', formatCount(block.parameters)],
    ['MACs', formatCount(block.macs)],
    ['Nodes', String(block.nodes.length)],
  ];
}

/** All about the block that one looks at. */
export function BlockDetail({ row, rows }: BlockDetailProps) {
  return (
    <div className={styles.detail}>
      <p className={styles.head}>
        <strong>Block {row.block.index}</strong>
        <span className={styles.name}>{row.block.name}</span>
        <span className={styles.fate}>{describeFate(row)}</span>
      </p>
      <dl className={styles.facts}>
        {factsOf(row, rows).map(([term, value]) => (
          <div key={term}>
            <dt className={styles.term}>{term}</dt>
            <dd className={styles.value}>{value}</dd>
          </div>
        ))}
        <div className={styles.flow}>
          <dt className={styles.term}>Shape</dt>
          <dd className={styles.value}>{describeFlow(row.block)}</dd>
        </div>
      </dl>
    </div>
  );
}

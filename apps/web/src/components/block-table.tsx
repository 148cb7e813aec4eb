import { useState } from 'react';
import { describeFate, formatImportance } from '../format/block.js';
import { formatSaving, savingDecimals } from '../format/latency.js';
import { formatCount, UNKNOWN } from '../format/number.js';
import { type Domain, domainOf } from '../scale/linear.js';
import { intensity } from '../scale/shares.js';
import type { BlockRow } from '../state/block-rows.js';
import { nextOrder, type SortKey, type SortOrder, sortRows } from '../state/sort.js';
import { SavingBar, ShareBar } from './bars.js';
import styles from './block-table.module.css';
import { Icon } from './icon.js';

interface Column {
  readonly key: SortKey;
  readonly text: string;
  readonly className?: string | undefined;
}

const COLUMNS: readonly Column[] = [
  { key: 'flow', text: 'No.', className: styles.number },
  { key: 'name', text: 'Block' },
  { key: 'importance', text: 'Importance', className: styles.chart },
  { key: 'saving', text: 'Removing saves', className: styles.saving },
  { key: 'parameters', text: 'Parameters', className: `${styles.number} ${styles.optional}` },
  { key: 'macs', text: 'MACs', className: `${styles.number} ${styles.optional}` },
];

interface HeadProps {
  readonly column: Column;
  readonly order: SortOrder;
  readonly onSort: (key: SortKey) => void;
}

function Head({ column: { key, text, className }, order, onSort }: HeadProps) {
  const sorted = order.key === key ? { 'aria-sort': order.direction } : {};
  return (
    <th role="columnheader" scope="col" className={className} {...sorted}>
      <button type="button" className={styles.sort} onClick={() => onSort(key)}>
        {text}
        <span className={styles.arrow}>
          {order.key === key ? <Icon name={order.direction === 'ascending' ? 'up' : 'down'} size={12} /> : null}
        </span>
      </button>
    </th>
  );
}

/** What all rows of a table share. */
interface Scales {
  readonly mostImportant: number;
  readonly savings: Domain;
  readonly decimals: number;
  /** Characters of the longest saving. */
  readonly longest: number;
}

function savingText({ savingMs, savingCi }: BlockRow, decimals: number): string {
  return savingMs === null ? UNKNOWN : formatSaving(savingMs, savingCi, decimals);
}

function scalesOf(rows: readonly BlockRow[]): Scales {
  const intervals = rows.flatMap(({ savingCi }) => (savingCi === null ? [] : [savingCi]));
  const decimals = savingDecimals(intervals);
  return {
    mostImportant: Math.max(0, ...rows.map(({ importance }) => importance ?? 0)),
    savings: domainOf([0, ...rows.map(({ savingMs }) => savingMs ?? 0), ...intervals.flat()]),
    decimals,
    longest: Math.max(...rows.map((row) => savingText(row, decimals).length)),
  };
}

function Fate({ row }: { readonly row: BlockRow }) {
  if (row.block.removable && !row.removed) return null;
  return (
    <span className={styles.fate}>
      <Icon name={row.removed ? 'scissors' : 'lock'} size={12} />
      {describeFate(row)}
    </span>
  );
}

interface RowProps {
  readonly row: BlockRow;
  readonly scales: Scales;
  readonly pointed: boolean;
  readonly onPoint: (index: number | null) => void;
}

function Row({ row, scales, pointed, onPoint }: RowProps) {
  const { block, importance, savingMs, savingCi, removed } = row;
  const looks = [removed && styles.removed, !block.removable && styles.fixed, pointed && styles.pointed];
  return (
    <tr
      role="row"
      className={looks.filter(Boolean).join(' ')}
      onPointerEnter={() => onPoint(block.index)}
      onPointerLeave={() => onPoint(null)}
    >
      <td role="cell" className={styles.number}>
        {block.index}
      </td>
      <th role="rowheader" scope="row" className={styles.name}>
        <span className={styles.both}>
          <span className={styles.label}>{block.name}</span>
          <Fate row={row} />
        </span>
      </th>
      <td role="cell" className={styles.chart}>
        <div className={styles.pair}>
          {importance === null ? <span /> : <ShareBar share={intensity(importance, scales.mostImportant)} />}
          <span className={styles.figure}>{formatImportance(row)}</span>
        </div>
      </td>
      <td role="cell" className={styles.saving}>
        <div className={styles.pair}>
          {savingMs === null ? <span /> : <SavingBar savingMs={savingMs} ci={savingCi} domain={scales.savings} />}
          <span className={styles.savingFigure}>{savingText(row, scales.decimals)}</span>
        </div>
      </td>
      <td role="cell" className={`${styles.number} ${styles.optional}`}>
        {formatCount(block.parameters)}
      </td>
      <td role="cell" className={`${styles.number} ${styles.optional}`}>
        {formatCount(block.macs)}
      </td>
    </tr>
  );
}

interface BlockTableProps {
  readonly rows: readonly BlockRow[];
  readonly caption: string;
  readonly pointed: number | null;
  readonly onPoint: (index: number | null) => void;
}

/** Every block with its numbers, in any order. */
export function BlockTable({ rows, caption, pointed, onPoint }: BlockTableProps) {
  const [order, setOrder] = useState<SortOrder>({ key: 'flow', direction: 'ascending' });
  const scales = scalesOf(rows);
  return (
    <div className={styles.table} style={{ ['--longest' as string]: `${scales.longest}ch` }}>
      {/* The roles are said again: a table drawn as a grid on a phone would lose them. */}
      <table role="table">
        <caption className="visuallyHidden">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map((column) => (
              <Head
                key={column.key}
                column={column}
                order={order}
                onSort={(key) => setOrder((current) => nextOrder(current, key))}
              />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {sortRows(rows, order).map((row) => (
            <Row
              key={row.block.index}
              row={row}
              scales={scales}
              pointed={pointed === row.block.index}
              onPoint={onPoint}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { type CSSProperties, type KeyboardEvent, useRef } from 'react';
import { describeBlock, formatImportance, type Measure, measureOf } from '../format/block.js';
import { percent } from '../scale/linear.js';
import { itemsPerRow } from '../scale/rows.js';
import { intensity } from '../scale/shares.js';
import type { BlockRow } from '../state/block-rows.js';
import { stepTo } from '../state/roving.js';
import styles from './block-strip.module.css';
import { Icon } from './icon.js';

/** How many blocks fit beside each other on a phone, a tablet and a desk, with room for a finger or a number. */
const PER_ROW = { few: 10, some: 20, many: 40 } as const;

interface BlockStripProps {
  readonly rows: readonly BlockRow[];
  readonly measure: Measure;
  /** Index of the block that is looked at for now; null: none. */
  readonly pointed: number | null;
  /** Index of the block whose details stay. */
  readonly selected: number;
  readonly onPoint: (index: number | null) => void;
  readonly onSelect: (index: number) => void;
}

function looksOf({ block, removed }: BlockRow): string {
  if (removed) return `${styles.removed}`;
  return block.removable ? '' : `${styles.fixed}`;
}

function Sign({ row }: { readonly row: BlockRow }) {
  if (row.removed) return <Icon name="scissors" size={13} />;
  return row.block.removable ? null : <Icon name="lock" size={12} />;
}

function columnsFor(count: number): CSSProperties {
  const columns = Object.entries(PER_ROW).map(([name, most]) => [`--${name}`, String(itemsPerRow(count, most))]);
  return Object.fromEntries(columns) satisfies Record<string, string>;
}

/**
 * The network as a strip of blocks in the order of the data's flow: height by a measure, colour by importance. One stop
 * for the Tab key; the arrow keys go from block to block.
 */
export function BlockStrip({ rows, measure, pointed, selected, onPoint, onSelect }: BlockStripProps) {
  const list = useRef<HTMLOListElement>(null);
  const largest = Math.max(0, ...rows.map((row) => measureOf(row, measure)));
  const mostImportant = Math.max(0, ...rows.map(({ importance }) => importance ?? 0));
  const onKeyDown = (event: KeyboardEvent) => {
    const at = rows.findIndex(({ block }) => block.index === selected);
    const next = stepTo(event.key, at, rows.length);
    const row = next === null ? undefined : rows[next];
    if (next === null || row === undefined) return;
    event.preventDefault();
    onSelect(row.block.index);
    list.current?.querySelectorAll('button')[next]?.focus();
  };
  return (
    <div className={styles.frame}>
      <ol
        ref={list}
        className={styles.strip}
        style={columnsFor(rows.length)}
        aria-label="Blocks in order of data flow"
        onKeyDown={onKeyDown}
      >
        {rows.map((row) => {
          const { index } = row.block;
          return (
            <li key={index} className={`${styles.cell} ${looksOf(row)} ${pointed === index ? styles.pointed : ''}`}>
              <button
                type="button"
                className={styles.block}
                aria-pressed={selected === index}
                tabIndex={selected === index ? 0 : -1}
                onClick={() => onSelect(index)}
                onFocus={() => onPoint(index)}
                onBlur={() => onPoint(null)}
                onPointerEnter={() => onPoint(index)}
                onPointerLeave={() => onPoint(null)}
              >
                <span className="visuallyHidden">{describeBlock(row)}</span>
                <span className={styles.index} aria-hidden="true">
                  {index}
                </span>
                <span className={styles.well}>
                  <span
                    className={styles.body}
                    style={{
                      height: percent(intensity(measureOf(row, measure), largest)),
                      ['--intensity' as string]: percent(intensity(row.importance ?? 0, mostImportant)),
                    }}
                  />
                </span>
                <span className={styles.share} aria-hidden="true">
                  {formatImportance(row).replace(/\s?%$/, '')}
                </span>
                <span className={styles.sign}>
                  <Sign row={row} />
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

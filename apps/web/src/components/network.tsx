import { type ReactNode, useState } from 'react';
import type { Measure } from '../format/block.js';
import type { BlockRow } from '../state/block-rows.js';
import { BlockDetail } from './block-detail.js';
import { BlockStrip } from './block-strip.js';
import { Choice } from './choice.js';
import styles from './network.module.css';
import { StripLegend } from './strip-legend.js';

const MEASURES = [
  { value: 'macs', text: 'MACs' },
  { value: 'parameters', text: 'Parameters' },
  { value: 'saving', text: 'Saving' },
] as const satisfies readonly { readonly value: Measure; readonly text: string }[];

interface NetworkProps {
  readonly rows: readonly BlockRow[];
  readonly criterion: string;
  /** Controls of the page, beside the strip's own. */
  readonly controls?: ReactNode;
  /** Block that something outside points at; null: none. */
  readonly pointed: number | null;
  readonly onPoint: (index: number | null) => void;
}

/** A network: its strip of blocks, what the signs mean, and the block that one looks at. */
export function Network({ rows, criterion, controls, pointed, onPoint }: NetworkProps) {
  const [measure, setMeasure] = useState<Measure>('macs');
  const [chosen, setChosen] = useState<number | null>(null);
  const first = rows.find(({ block }) => block.removable) ?? rows[0];
  const selected = rows.find(({ block }) => block.index === chosen) ?? first;
  const shown = rows.find(({ block }) => block.index === pointed) ?? selected;
  if (selected === undefined || shown === undefined) return null;
  const measures = rows.some(({ savingMs }) => savingMs !== null) ? MEASURES : MEASURES.slice(0, 2);
  return (
    <div className={styles.network}>
      <div className={styles.controls}>
        {controls}
        <Choice label="Height" options={measures} value={measure} onChange={setMeasure} />
      </div>
      <BlockStrip
        rows={rows}
        measure={measure}
        pointed={pointed}
        selected={selected.block.index}
        onPoint={onPoint}
        onSelect={setChosen}
      />
      <StripLegend rows={rows} criterion={criterion} />
      <BlockDetail row={shown} rows={rows} />
    </div>
  );
}

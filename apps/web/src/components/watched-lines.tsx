import type { EnvironmentSample } from '@espalier/contracts';
import { type WatchedLine, watchedLines } from '../state/environment-rows.js';
import { Sparkline } from './sparkline.js';
import styles from './watched-lines.module.css';

function rangeText({ values, write }: WatchedLine): string {
  const [low, high] = [write(Math.min(...values)), write(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
}

/** What the device was like while it was measured: a small curve for each quantity it tells. */
export function WatchedLines({ during }: { readonly during: readonly EnvironmentSample[] }) {
  const lines = watchedLines(during);
  if (lines.length === 0) return <p>The measurement was too short to be watched, or the device tells nothing.</p>;
  return (
    <ul className={styles.lines}>
      {lines.map((line) => (
        <li key={line.name} className={styles.line}>
          <p className={styles.words}>
            <span>{line.name}</span>
            <span className={styles.range}>{rangeText(line)}</span>
          </p>
          <Sparkline
            label={`${line.name} during the measurement: ${rangeText(line)}, last ${line.write(line.values.at(-1) ?? 0)}`}
            at={line.atMs}
            values={line.values}
          />
        </li>
      ))}
    </ul>
  );
}

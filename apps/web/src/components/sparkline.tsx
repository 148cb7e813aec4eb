import { domainOf } from '../scale/linear.js';
import { acrossAt, SIDE, upAt } from './plot.js';
import styles from './sparkline.module.css';

interface SparklineProps {
  /** What it shows, in words. */
  readonly label: string;
  readonly at: readonly number[];
  readonly values: readonly number[];
  /** A level to compare with; absent: none. */
  readonly level?: number | null;
  readonly height?: number;
}

/** Room above and below the curve, as a share of its height. */
const ROOM = 0.12;
/** So few points are shown one by one. */
const FEW = 12;

/** A small curve without axes; the numbers stand beside it. */
export function Sparkline({ label, at, values, level = null, height = 36 }: SparklineProps) {
  const across = domainOf(at);
  const up = domainOf(level === null ? values : [...values, level], ROOM);
  const points = values.map((value, index) => `${acrossAt(across, at[index] ?? 0)} ${upAt(up, value)}`);
  return (
    <svg
      className={styles.line}
      height={height}
      viewBox={`0 0 ${SIDE} ${SIDE}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {level === null ? null : <line className={styles.level} x2={SIDE} y1={upAt(up, level)} y2={upAt(up, level)} />}
      <path className={styles.curve} d={`M${points.join('L')}`} />
      {values.length <= FEW ? <path className={styles.dots} d={points.map((point) => `M${point}h0`).join('')} /> : null}
    </svg>
  );
}

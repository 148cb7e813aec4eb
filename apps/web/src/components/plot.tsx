import type { ReactNode } from 'react';
import { formatFixed, UNIT_SPACE } from '../format/number.js';
import { type Domain, niceTicks, percentIn, positionIn, tickDecimals } from '../scale/linear.js';
import styles from './plot.module.css';

/** Side of the square that curves are drawn in; it is stretched over the plot. */
export const SIDE = 1000;

const TICKS_ACROSS = 5;
const TICKS_UP = 4;
/** Heights in pixels. */
const AXIS = 24;

/** Writes the ticks of an axis; `ticks` are all of it, so that they get the same decimals. */
export type TickText = (value: number, ticks: readonly number[]) => string;

/** Numbers with as many decimals as tell the ticks apart. */
export const plainTick: TickText = (value, ticks) => formatFixed(value, tickDecimals(ticks));

/** Milliseconds. */
export const msTick: TickText = (value, ticks) => `${plainTick(value, ticks)}${UNIT_SPACE}ms`;

interface PlotProps {
  /** What the drawing shows, in words: it takes its place for readers of the screen. */
  readonly label: string;
  /** Of the drawing without its axis, in pixels. */
  readonly height: number;
  readonly across: Domain;
  /** Absent: round numbers. */
  readonly acrossTicks?: readonly number[];
  readonly acrossText?: TickText;
  /** Absent: what the height means is not a number to read off. */
  readonly up?: Domain;
  readonly upText?: TickText;
  /** Behind everything, placed with percentages. */
  readonly ground?: ReactNode;
  /** Curves and areas in a square of SIDE by SIDE units with its origin at the top left; stretched. */
  readonly stretched?: ReactNode;
  /** Marks placed with percentages, which keep their form. */
  readonly children?: ReactNode;
}

/** Where a value lies across, in units of the stretched square. */
export const acrossAt = (domain: Domain, value: number): number =>
  Number((Math.min(1, Math.max(0, positionIn(domain, value))) * SIDE).toFixed(1));

/** Where a value lies up, in units of the stretched square, whose origin is at the top. */
export const upAt = (domain: Domain, value: number): number => Number((SIDE - acrossAt(domain, value)).toFixed(1));

/** How far below the top a value lies, as a percentage of a plot's height. */
export const belowTop = ([low, high]: Domain, value: number, height: number): number =>
  (1 - Math.min(1, Math.max(0, positionIn([low, high], value)))) * height;

const anchorAt = (domain: Domain, tick: number): 'start' | 'middle' | 'end' => {
  const position = positionIn(domain, tick);
  if (position < 0.04) return 'start';
  return position > 0.96 ? 'end' : 'middle';
};

/** The frame of a drawing: grid, axes and what is drawn, as wide as there is room. */
export function Plot(props: PlotProps) {
  const {
    label,
    height,
    across,
    acrossTicks,
    acrossText = plainTick,
    up,
    upText = plainTick,
    ground,
    stretched,
    children,
  } = props;
  const ticksAcross = acrossTicks ?? niceTicks(across, TICKS_ACROSS);
  const ticksUp = up === undefined ? [] : niceTicks(up, TICKS_UP);
  return (
    <svg className={styles.plot} height={height + AXIS} role="img" aria-label={label}>
      {ground}
      {ticksAcross.map((tick) => (
        <line
          key={tick}
          className={styles.grid}
          x1={percentIn(across, tick)}
          x2={percentIn(across, tick)}
          y2={height}
        />
      ))}
      {ticksUp.map((tick) => (
        <line
          key={tick}
          className={styles.grid}
          x2="100%"
          y1={up && belowTop(up, tick, height)}
          y2={up && belowTop(up, tick, height)}
        />
      ))}
      <svg width="100%" height={height} viewBox={`0 0 ${SIDE} ${SIDE}`} preserveAspectRatio="none">
        {stretched}
      </svg>
      {children}
      {ticksUp.map((tick) => (
        <text key={tick} className={styles.level} x="2" y={(up ? belowTop(up, tick, height) : 0) - 3}>
          {upText(tick, ticksUp)}
        </text>
      ))}
      <line className={styles.axis} x2="100%" y1={height + 0.5} y2={height + 0.5} />
      {ticksAcross.map((tick) => (
        <text
          key={tick}
          className={styles.tick}
          x={percentIn(across, tick)}
          y={height + 17}
          textAnchor={anchorAt(across, tick)}
        >
          {acrossText(tick, ticksAcross)}
        </text>
      ))}
    </svg>
  );
}

import type { LatencyEstimate } from '@espalier/contracts';
import { useMemo } from 'react';
import { describeDistribution } from '../format/distribution.js';
import { formatLatency } from '../format/latency.js';
import { binCount, histogramOf, shapeDomain } from '../scale/bins.js';
import { type Domain, niceTicks, percentIn } from '../scale/linear.js';
import { sortedCopy } from '../scale/quantile.js';
import { Quantiles, stepsOf } from './distribution-plot.js';
import { msTick, SIDE } from './plot.js';
import styles from './ridge-plot.module.css';

/** Heights in pixels. */
const SHAPE = 56;
const BOX = 28;
const LANE = SHAPE + BOX;
const AXIS = 24;

const TICKS = 5;
/** Distributions that lie far apart leave each a small part of the scale. */
const BINS = 240;

/** A distribution among several. */
export interface RidgeLane {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
  readonly latency: LatencyEstimate;
  readonly isReference: boolean;
}

function lanesOf(lanes: readonly RidgeLane[]) {
  const sorted = lanes.map(({ latency }) => sortedCopy(latency.samplesMs));
  const domain = shapeDomain(sorted);
  const bins = binCount(sorted, domain, BINS);
  return { domain, paths: sorted.map((sample) => shapeOf(sample, domain, bins)) };
}

/** Each lane has its own height: what counts is the place and the form. */
function shapeOf(sample: readonly number[], domain: Domain, bins: number): string {
  const histogram = histogramOf(sample, domain, bins);
  return stepsOf(histogram, Math.max(...histogram.shares));
}

function Ground({
  domain,
  ticks,
  level,
}: {
  readonly domain: Domain;
  readonly ticks: readonly number[];
  readonly level: number | undefined;
}) {
  return (
    <>
      {ticks.map((tick) => (
        <line key={tick} className={styles.grid} x1={percentIn(domain, tick)} x2={percentIn(domain, tick)} y2={LANE} />
      ))}
      {level === undefined ? null : (
        <line className={styles.level} x1={percentIn(domain, level)} x2={percentIn(domain, level)} y2={LANE} />
      )}
    </>
  );
}

/** Several distributions on one scale, a lane each; the dashed line is the median of the reference. */
export function RidgePlot({ lanes }: { readonly lanes: readonly RidgeLane[] }) {
  const { domain, paths } = useMemo(() => lanesOf(lanes), [lanes]);
  const ticks = niceTicks(domain, TICKS);
  const level = lanes.find(({ isReference }) => isReference)?.latency.p50Ms;
  return (
    <div className={styles.ridge}>
      {lanes.map(({ id, name, detail, latency, isReference }, index) => {
        const { value, interval } = formatLatency(latency.p50Ms, latency.p50Ci);
        return (
          <div key={id} className={styles.row}>
            <p className={styles.words}>
              <strong>{name}</strong>
              <span className={styles.soft}>{detail}</span>
              <span>
                {value} <span className={styles.soft}>({interval})</span>
              </span>
              {isReference ? <span className={styles.soft}>reference</span> : null}
            </p>
            <svg
              className={`${styles.lane} ${isReference ? styles.reference : ''}`}
              height={LANE}
              role="img"
              aria-label={`${name}, ${detail}: ${describeDistribution(latency)}`}
            >
              <Ground domain={domain} ticks={ticks} level={level} />
              <svg width="100%" height={SHAPE} viewBox={`0 0 ${SIDE} ${SIDE}`} preserveAspectRatio="none">
                <path className={styles.area} d={paths[index]} />
              </svg>
              <Quantiles latency={latency} domain={domain} middle={SHAPE + BOX / 2} />
            </svg>
          </div>
        );
      })}
      <div className={styles.row}>
        <span />
        <svg className={styles.lane} height={AXIS} aria-hidden="true">
          <line className={styles.axis} x2="100%" y1="0.5" y2="0.5" />
          {ticks.map((tick) => (
            <text key={tick} className={styles.tick} x={percentIn(domain, tick)} y="18">
              {msTick(tick, ticks)}
            </text>
          ))}
        </svg>
      </div>
    </div>
  );
}

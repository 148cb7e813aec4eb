import type { LatencyEstimate } from '@espalier/contracts';
import { useMemo } from 'react';
import { describeDistribution, describeOutside } from '../format/distribution.js';
import { binCount, type Histogram, histogramOf, shapeDomain } from '../scale/bins.js';
import { type Domain, percent, percentIn, positionIn } from '../scale/linear.js';
import { sortedCopy } from '../scale/quantile.js';
import styles from './distribution-plot.module.css';
import { Legend } from './legend.js';
import { msTick, Plot, SIDE } from './plot.js';

/** Heights in pixels. */
const SHAPE = 150;
const LANE = 30;

/** A distribution to draw; the control is drawn with dashes. */
export interface DrawnLatency {
  readonly role: 'subject' | 'control';
  readonly name: string;
  readonly latency: LatencyEstimate;
}

/** The steps of a histogram as a closed path; `highest` reaches the top. */
export function stepsOf({ shares }: Histogram, highest: number): string {
  const width = SIDE / shares.length;
  const steps = shares.map((share, bin) => {
    const top = SIDE - (highest > 0 ? share / highest : 0) * SIDE;
    return `L${(bin * width).toFixed(1)} ${top.toFixed(1)}H${((bin + 1) * width).toFixed(1)}`;
  });
  return `M0 ${SIDE}${steps.join('')}V${SIDE}`;
}

const classOf = (role: DrawnLatency['role']) => (role === 'subject' ? styles.subject : styles.control);

interface QuantilesProps {
  readonly latency: LatencyEstimate;
  readonly domain: Domain;
  readonly middle: number;
}

/** From p5 to p95 a line, from p25 to p75 a box, the interval of the median as a bar, the tail as dots. */
export function Quantiles({ latency, domain, middle }: QuantilesProps) {
  const at = (value: number) => percentIn(domain, value);
  const width = percent(positionIn(domain, latency.p75Ms) - positionIn(domain, latency.p25Ms));
  return (
    <>
      <line className={styles.whisker} x1={at(latency.p5Ms)} x2={at(latency.p95Ms)} y1={middle} y2={middle} />
      <rect className={styles.box} x={at(latency.p25Ms)} width={width} y={middle - 8} height="16" rx="2" />
      <line className={styles.interval} x1={at(latency.p50Ci[0])} x2={at(latency.p50Ci[1])} y1={middle} y2={middle} />
      <line className={styles.median} x1={at(latency.p50Ms)} x2={at(latency.p50Ms)} y1={middle - 11} y2={middle + 11} />
      {[latency.p90Ms, latency.p99Ms].map((value) => (
        <circle key={value} className={styles.tail} cx={at(value)} cy={middle} r="3" />
      ))}
    </>
  );
}

function shapesOf(drawn: readonly DrawnLatency[]) {
  const sorted = drawn.map(({ latency }) => sortedCopy(latency.samplesMs));
  const domain = shapeDomain(sorted);
  const bins = binCount(sorted, domain);
  const histograms = sorted.map((sample) => histogramOf(sample, domain, bins));
  return { domain, histograms, highest: Math.max(0, ...histograms.flatMap(({ shares }) => shares)) };
}

/** The distributions of a measurement over one another, with their quantiles and the intervals of their medians. */
export function DistributionPlot({ drawn }: { readonly drawn: readonly DrawnLatency[] }) {
  const { domain, histograms, highest } = useMemo(() => shapesOf(drawn), [drawn]);
  return (
    <div className={styles.figure}>
      <Legend
        items={[
          ...drawn.map(({ role, name }) => ({
            sign: (
              <svg width="22" height="12" aria-hidden="true" className={classOf(role)}>
                <rect className={styles.area} width="22" height="12" />
                <line className={styles.outline} x2="22" y1="1" y2="1" />
              </svg>
            ),
            text: name,
          })),
          { sign: null, text: 'Below: p5 to p95, box p25 to p75, bar 95 % interval of the median, dots p90 and p99' },
        ]}
      />
      <Plot
        label={drawn.map(({ name, latency }) => `${name}: ${describeDistribution(latency)}`).join(' ')}
        height={SHAPE + LANE * drawn.length}
        across={domain}
        acrossText={msTick}
      >
        <svg width="100%" height={SHAPE} viewBox={`0 0 ${SIDE} ${SIDE}`} preserveAspectRatio="none">
          {drawn.map(({ role, name }, index) => {
            const histogram = histograms[index];
            if (histogram === undefined) return null;
            const steps = stepsOf(histogram, highest);
            return (
              <g key={name} className={classOf(role)}>
                <path className={styles.area} d={steps} />
                <path className={styles.outline} d={steps} />
              </g>
            );
          })}
        </svg>
        {drawn.map(({ role, name, latency }, index) => (
          <g key={name} className={classOf(role)}>
            <Quantiles latency={latency} domain={domain} middle={SHAPE + LANE * (index + 0.5)} />
          </g>
        ))}
      </Plot>
      <p className={styles.note}>
        Milliseconds per run. {drawn.map(({ name }, index) => describeOutside(name, histograms[index])).join(' ')}
      </p>
    </div>
  );
}

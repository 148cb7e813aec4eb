import type { MeasurementResult } from '@espalier/contracts';
import { useMemo } from 'react';
import { describeSeries } from '../format/series.js';
import { UNIT_SPACE } from '../format/number.js';
import { type Domain, percent, percentIn, positionIn } from '../scale/linear.js';
import { type DrawnSeries, FEW_SAMPLES, seriesOf, type TimeSeries } from '../state/time-series.js';
import { Legend } from './legend.js';
import { acrossAt, msTick, plainTick, Plot, SIDE, type TickText, upAt } from './plot.js';
import styles from './series-plot.module.css';

const HEIGHT = 190;
/** Numbers of more processes would run into one another. */
const MOST_NUMBERED = 16;

const secondsTick: TickText = (value, ticks) =>
  `${plainTick(
    value / 1000,
    ticks.map((tick) => tick / 1000),
  )}${UNIT_SPACE}s`;

const classOf = (role: DrawnSeries['role']) => (role === 'subject' ? styles.subject : styles.control);

interface AxesProps {
  readonly times: Domain;
  readonly values: Domain;
}

/** Few samples as dots, many as the range and the median of each narrow stretch of time. */
function Samples({ series, times, values }: AxesProps & { readonly series: DrawnSeries }) {
  const x = (value: number) => acrossAt(times, value);
  const y = (value: number) => upAt(values, value);
  if (series.dots.length > 0)
    return <path className={styles.samples} d={series.dots.map(([at, ms]) => `M${x(at)} ${y(ms)}h0`).join('')} />;
  const ranges = series.columns.map(({ at, low, high }) => `M${x(at)} ${y(low)}V${y(high)}`);
  const quarters = series.columns.map(({ at, p25, p75 }) => `M${x(at)} ${y(p25)}V${y(p75)}`);
  const middles = series.lines.map((line) => `M${line.map(({ at, p50 }) => `${x(at)} ${y(p50)}`).join('L')}`);
  return (
    <>
      <path className={styles.range} d={ranges.join('')} />
      <path className={`${styles.range} ${styles.quarters}`} d={quarters.join('')} />
      <path className={styles.middle} d={middles.join('')} />
    </>
  );
}

function Bands({ runs, times }: Pick<TimeSeries, 'runs' | 'times'>) {
  return runs.map(({ process, fromMs, toMs }) => {
    const from = percentIn(times, fromMs);
    const width = percent(positionIn(times, toMs) - positionIn(times, fromMs));
    return (
      <g key={process}>
        {process % 2 === 0 ? <rect className={styles.band} x={from} width={width} height={HEIGHT} /> : null}
        {runs.length > 1 && runs.length <= MOST_NUMBERED ? (
          <text className={styles.process} x={percentIn(times, (fromMs + toMs) / 2)} y={HEIGHT - 5}>
            {process}
          </text>
        ) : null}
      </g>
    );
  });
}

function signsOf({ series, runs, drift }: TimeSeries) {
  const many = series.some(({ columns }) => columns.length > 0);
  const signOf = (role: DrawnSeries['role']) => (
    <svg width="22" height="12" aria-hidden="true" className={classOf(role)}>
      {many ? (
        <line className={styles.middle} x2="22" y1="6" y2="6" />
      ) : (
        <path className={styles.samples} d="M5 6h0M16 6h0" />
      )}
    </svg>
  );
  return [
    ...series.map(({ role, name }) => ({
      sign: signOf(role),
      text: many ? `${name}: median, middle half and range` : name,
    })),
    ...(drift === null
      ? []
      : [
          {
            sign: (
              <svg width="22" height="12" aria-hidden="true">
                <line className={styles.drift} x1="1" x2="21" y1="6" y2="6" />
              </svg>
            ),
            text: 'drift of the subject',
          },
        ]),
    ...(runs.length > 1 ? [{ sign: null, text: 'bands: fresh processes, numbered' }] : []),
  ];
}

/** Every sample over the time of the measurement, with the processes it was spread over and its drift. */
export function SeriesPlot({ result }: { readonly result: MeasurementResult }) {
  const drawn = useMemo(() => seriesOf(result), [result]);
  const { series, times, values, runs, drift, outside } = drawn;
  return (
    <div className={styles.figure}>
      <Legend items={signsOf(drawn)} />
      <Plot
        label={describeSeries(result)}
        height={HEIGHT}
        across={times}
        acrossText={secondsTick}
        up={values}
        upText={msTick}
        ground={<Bands runs={runs} times={times} />}
        stretched={
          <>
            {series.map((one) => (
              <g key={one.role} className={classOf(one.role)}>
                <Samples series={one} times={times} values={values} />
              </g>
            ))}
            {drift === null ? null : (
              <path
                className={styles.drift}
                d={`M0 ${upAt(values, drift.fromMs)}L${SIDE} ${upAt(values, drift.toMs)}`}
              />
            )}
          </>
        }
      />
      <p className={styles.note}>
        {describeSeries(result)}
        {outside > 0 ? ` ${outside} beyond the drawing stand at its edge.` : ''}
        {series.some(({ columns }) => columns.length > 0)
          ? ` More than ${FEW_SAMPLES} samples: each narrow stretch of time shows its range, its middle half and its median.`
          : ''}
      </p>
    </div>
  );
}

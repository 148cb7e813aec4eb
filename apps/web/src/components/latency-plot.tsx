import { formatLatency, formatMs } from '../format/latency.js';
import { formatFixed, formatNoun, UNKNOWN } from '../format/number.js';
import { type Domain, niceTicks, percent, percentIn, positionIn, tickDecimals } from '../scale/linear.js';
import type { LatencyMark, LatencyMarks } from '../state/latency-marks.js';
import styles from './latency-plot.module.css';

/** Heights in pixels. */
const HEAD = 24;
const LANE = 48;
const AXIS = 26;
const MIDDLE = LANE / 2;
const CAP = 7;
const POINT_RADIUS = 4.5;

const TICKS = 5;

const CLASSES: Readonly<Record<LatencyMark['key'], string | undefined>> = {
  base: styles.base,
  predicted: styles.predicted,
  measured: styles.measured,
};

interface Scale {
  readonly domain: Domain;
  readonly limitMs: number | null;
  readonly ticks: readonly number[];
}

/** The hatching of what lies beyond the limit; defined once for all lanes. */
function Hatch() {
  return (
    <pattern id="beyond-the-limit" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <line className={styles.hatch} x1="0" x2="0" y1="0" y2="7" />
    </pattern>
  );
}

/** What every lane has behind its mark: the grid, and the limit as a wall. */
function Ground({ domain, limitMs, ticks }: Scale) {
  return (
    <g>
      {ticks.map((tick) => (
        <line key={tick} className={styles.grid} x1={percentIn(domain, tick)} x2={percentIn(domain, tick)} y2={LANE} />
      ))}
      {limitMs === null ? null : (
        <>
          <rect
            className={styles.beyond}
            x={percentIn(domain, limitMs)}
            width={percent(1 - positionIn(domain, limitMs))}
            height={LANE}
          />
          <line className={styles.limit} x1={percentIn(domain, limitMs)} x2={percentIn(domain, limitMs)} y2={LANE} />
        </>
      )}
    </g>
  );
}

function Mark({ mark, domain }: { readonly mark: LatencyMark; readonly domain: Domain }) {
  if (mark.estimate === null) return null;
  const { p50Ms, ci } = mark.estimate;
  const [lower, upper] = ci.map((value) => percentIn(domain, value));
  return (
    <g className={CLASSES[mark.key]}>
      <line className={styles.interval} x1={lower} x2={upper} y1={MIDDLE} y2={MIDDLE} />
      <line className={styles.cap} x1={lower} x2={lower} y1={MIDDLE - CAP} y2={MIDDLE + CAP} />
      <line className={styles.cap} x1={upper} x2={upper} y1={MIDDLE - CAP} y2={MIDDLE + CAP} />
      <circle className={styles.point} cx={percentIn(domain, p50Ms)} cy={MIDDLE} r={POINT_RADIUS} />
    </g>
  );
}

function Words({ mark: { label, estimate } }: { readonly mark: LatencyMark }) {
  const text = estimate && formatLatency(estimate.p50Ms, estimate.ci);
  return (
    <p className={styles.words}>
      <span className={styles.label}>{label}</span>
      <strong>{text?.value ?? UNKNOWN}</strong>
      <span className={styles.label}>
        {text?.interval}
        {estimate?.n == null ? '' : `, ${formatNoun(estimate.n, 'run')}`}
      </span>
    </p>
  );
}

function LimitText({ domain, limitMs }: Scale) {
  if (limitMs === null) return null;
  return (
    <text
      className={styles.limitText}
      x={percentIn(domain, limitMs)}
      y={HEAD - 8}
      textAnchor={positionIn(domain, limitMs) < 0.5 ? 'start' : 'end'}
    >
      limit {formatMs(limitMs)}
    </text>
  );
}

function Axis({ domain, ticks }: Scale) {
  const decimals = tickDecimals(ticks);
  return (
    <>
      <line className={styles.axis} x1="0" x2="100%" y1="0.5" y2="0.5" />
      {ticks.map((tick) => (
        <text key={tick} className={styles.tick} x={percentIn(domain, tick)} y="19">
          {formatFixed(tick, decimals)}
        </text>
      ))}
    </>
  );
}

/**
 * Latencies with their intervals on one axis, and the limit as a wall: what lies beyond it is hatched. The numbers
 * stand beside the lanes, so the drawing itself need not be read out.
 */
export function LatencyPlot({ marks, limitMs, domain }: LatencyMarks) {
  const known = limitMs !== null || marks.some(({ estimate }) => estimate !== null);
  const scale: Scale = { domain, limitMs, ticks: known ? niceTicks(domain, TICKS) : [] };
  return (
    <div className={styles.plot}>
      <div className={styles.row}>
        <p className={styles.words}>
          <span className={styles.label}>Milliseconds, with 95 % intervals</span>
        </p>
        <svg className={styles.lane} height={HEAD} aria-hidden="true">
          <defs>
            <Hatch />
          </defs>
          <LimitText {...scale} />
        </svg>
      </div>
      {marks.map((mark) => (
        <div key={mark.key} className={styles.row}>
          <Words mark={mark} />
          <svg className={styles.lane} height={LANE} aria-hidden="true">
            <Ground {...scale} />
            <Mark mark={mark} domain={domain} />
          </svg>
        </div>
      ))}
      <div className={styles.row}>
        <span />
        <svg className={styles.lane} height={AXIS} aria-hidden="true">
          <Axis {...scale} />
        </svg>
      </div>
    </div>
  );
}

import type { HistoryMark, HistoryMarks } from '../state/history-marks.js';
import { formatMs } from '../format/latency.js';
import { formatNoun } from '../format/number.js';
import { percentIn } from '../scale/linear.js';
import { timeText, timeTicks } from '../scale/time.js';
import styles from './history-plot.module.css';
import { Legend } from './legend.js';
import { belowTop, msTick, Plot } from './plot.js';

const HEIGHT = 150;
const TICKS = 4;

type SignProps = Pick<HistoryMark, 'verdict' | 'canaryCorrected'>;

/** A triangle upwards for slower, downwards for faster, a circle for neither; hollow where the canary was divided out. */
function Sign({ verdict, canaryCorrected }: SignProps) {
  const filling = canaryCorrected ? styles.corrected : '';
  if (verdict === 'slower')
    return <path className={`${styles.point} ${styles.slower} ${filling}`} d="M0 -6L6 4.5H-6Z" />;
  if (verdict === 'faster')
    return <path className={`${styles.point} ${styles.faster} ${filling}`} d="M0 6L6 -4.5H-6Z" />;
  return <circle className={`${styles.point} ${filling}`} r="3.5" />;
}

/** SVG moves a group by numbers only, so a nested drawing of no size carries a sign to its percentage. */
function At({ mark, marks }: { readonly mark: HistoryMark; readonly marks: HistoryMarks }) {
  return (
    <svg x={percentIn(marks.times, mark.atMs)} y={belowTop(marks.values, mark.valueMs, HEIGHT)} overflow="visible">
      {mark.here ? <circle className={styles.here} r="10" /> : null}
      <Sign verdict={mark.verdict} canaryCorrected={mark.canaryCorrected} />
    </svg>
  );
}

const signed = (verdict: HistoryMark['verdict'], canaryCorrected = false) => (
  <svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">
    <Sign verdict={verdict} canaryCorrected={canaryCorrected} />
  </svg>
);

const HERE = (
  <svg width="22" height="22" viewBox="-11 -11 22 22" aria-hidden="true">
    <circle className={styles.here} r="9" />
  </svg>
);

function labelOf({ marks }: HistoryMarks): string {
  const values = marks.map(({ valueMs }) => valueMs);
  const slower = marks.filter(({ verdict }) => verdict === 'slower').length;
  const faster = marks.filter(({ verdict }) => verdict === 'faster').length;
  return (
    `${formatNoun(marks.length, 'result')} over time, from ${formatMs(Math.min(...values))} to ` +
    `${formatMs(Math.max(...values))}: ${slower} really slower, ${faster} really faster than those before. The table below has them all.`
  );
}

/** The results of one identity over time, with their intervals; real changes have a form of their own. */
export function HistoryPlot({ marks }: { readonly marks: HistoryMarks }) {
  return (
    <div className={styles.figure}>
      <Legend
        items={[
          { sign: signed('no-change'), text: 'result with its 95 % interval' },
          { sign: signed('slower'), text: 'really slower' },
          { sign: signed('faster'), text: 'really faster' },
          { sign: signed('no-change', true), text: 'hollow: judged with the canary divided out' },
          { sign: HERE, text: 'this measurement' },
        ]}
      />
      <Plot
        label={labelOf(marks)}
        height={HEIGHT}
        across={marks.times}
        acrossTicks={timeTicks(marks.times, TICKS)}
        acrossText={timeText}
        up={marks.values}
        upText={msTick}
      >
        {marks.marks.map(({ measurementId, atMs, low, high }) => (
          <line
            key={measurementId}
            className={styles.whisker}
            x1={percentIn(marks.times, atMs)}
            x2={percentIn(marks.times, atMs)}
            y1={belowTop(marks.values, low, HEIGHT)}
            y2={belowTop(marks.values, high, HEIGHT)}
          />
        ))}
        {marks.marks.map((mark) => (
          <At key={mark.measurementId} mark={mark} marks={marks} />
        ))}
      </Plot>
    </div>
  );
}

import type { Plan } from '@espalier/contracts';
import { formatLatency, formatMs } from '../format/latency.js';
import { formatFixed, UNKNOWN } from '../format/number.js';
import { predictionError } from '../format/plan.js';
import { latencyMarks } from '../state/latency-marks.js';
import { type Fact, Facts } from './facts.js';
import { LatencyPlot } from './latency-plot.js';
import styles from './plan-latency.module.css';

/** A remark that keeps its line while there is nothing to remark. */
const NOTHING = '\u00a0';

function latencyFact(term: string, of: Plan['predicted']): Fact {
  if (of === null) return { term, value: UNKNOWN, note: NOTHING };
  const { value, interval } = formatLatency(of.p50Ms, of.ci);
  return { term, value, note: interval };
}

/** The ratio to the base model as the last round measured it, in one run with it. */
function ratioFact({ rounds }: Plan): Fact {
  const ratio = rounds.at(-1)?.ratio ?? null;
  const term = 'Of the base';
  if (ratio === null) return { term, value: UNKNOWN, note: NOTHING };
  const [lower, upper] = ratio.ci.map((bound) => formatFixed(bound, 3));
  return { term, value: `${formatFixed(ratio.p50, 3)}×`, note: `${lower}–${upper}×` };
}

function ratioNote({ base, budgets }: Plan): string {
  const [budget] = budgets;
  if (budget == null) return NOTHING;
  if (budget.ratio !== null) return `${budget.ratio}× of the base`;
  return base === null || budget.limitMs === null
    ? NOTHING
    : `${formatFixed(budget.limitMs / base.p50Ms, 2)}× of the base`;
}

function factsOf(plan: Plan): readonly Fact[] {
  const limitMs = plan.budgets[0]?.limitMs ?? null;
  const error = predictionError(plan);
  return [
    latencyFact('Base model', plan.base),
    { term: 'Limit', value: limitMs === null ? UNKNOWN : formatMs(limitMs), note: ratioNote(plan) },
    latencyFact('Predicted', plan.predicted),
    latencyFact('Measured', plan.measured),
    ratioFact(plan),
    { term: 'Prediction error', value: error ?? UNKNOWN, note: 'of the measured p50' },
    plan.lowestReachableMs === null
      ? {
          term: 'Removed',
          value: plan.removed?.length ?? UNKNOWN,
          note: plan.removed === null ? NOTHING : `of ${plan.latencyTable.length} blocks`,
        }
      : { term: 'Lowest reachable', value: formatMs(plan.lowestReachableMs), note: 'with every removable block gone' },
  ];
}

/** What a plan expects and what was measured, in numbers and on one axis. */
export function PlanLatency({ plan }: { readonly plan: Plan }) {
  return (
    <div className={styles.latency}>
      <Facts facts={factsOf(plan)} />
      <LatencyPlot {...latencyMarks(plan)} />
    </div>
  );
}

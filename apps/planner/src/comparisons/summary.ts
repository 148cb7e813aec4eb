import type { ComparisonPoint, CreateComparison, MeasuredLatency, Model } from '@espalier/contracts';
import { type ComparisonMethod, METHODS, type MethodSummary, summariseComparison } from '@espalier/planner';
import type { ComparisonSummary } from '@espalier/store';
import type { StoredComparison } from './stored-state.js';
import { answerOf } from './wording.js';

type Latency = MethodSummary['floor'];

const measuredOf = (latency: Latency): MeasuredLatency | null =>
  latency === null ? null : { p50Ms: latency.p50Ms, ci: [...latency.ci], n: latency.n };

/** A comparison as the API shows it, from its state. */
export function summaryOf(
  { machine, paths, made }: StoredComparison,
  request: CreateComparison,
  model: Model,
): ComparisonSummary {
  const { base, limitMs, methods } = summariseComparison(machine);
  const pointAt = (method: ComparisonMethod, position: number, latency: Latency): ComparisonPoint[] => {
    const point = made[`${method}/${position}`];
    if (point === undefined) return [];
    return [
      {
        method,
        ...point,
        prunedShare: 1 - point.parameters / model.parameters,
        keptImportance: paths[method].kept[position] ?? 0,
        measured: measuredOf(latency),
      },
    ];
  };
  const pointsOf = (method: ComparisonMethod): ComparisonPoint[] => {
    const latencyOf = new Map(methods[method].points.map(({ position, latency }) => [position, latency]));
    const waiting = machine.waiting.flatMap((wish) => (wish.method === method ? wish.position : []));
    return [...latencyOf.keys(), ...waiting]
      .toSorted((a, b) => a - b)
      .flatMap((position) => pointAt(method, position, latencyOf.get(position) ?? null));
  };
  const outcomeOf = (method: ComparisonMethod): ComparisonSummary['layers'] => {
    const { best, floor, points } = methods[method];
    const latency = best === 0 ? base : (points.find(({ position }) => position === best)?.latency ?? null);
    return { floor: measuredOf(floor), best: best === null ? null : (pointAt(method, best, latency)[0] ?? null) };
  };
  const summary: ComparisonSummary = {
    status: machine.phase,
    budget: budgetOf(request, limitMs),
    criterion: request.criterion,
    filterCriterion: request.filterCriterion,
    base: measuredOf(base),
    points: METHODS.flatMap(pointsOf),
    layers: outcomeOf('layers'),
    filters: outcomeOf('filters'),
    progress: NO_PROGRESS,
    waitingFor: null,
    message: null,
    failure: machine.failure === null ? null : { ...machine.failure },
  };
  return { ...summary, message: answerOf(summary, model.parameters) };
}

/** A comparison that ended before anything could be measured. */
export function endedSummary(
  request: CreateComparison,
  status: 'failed' | 'cancelled',
  failure: ComparisonSummary['failure'],
): ComparisonSummary {
  const nothing = { floor: null, best: null };
  const summary: ComparisonSummary = {
    status,
    budget: budgetOf(request, null),
    criterion: request.criterion,
    filterCriterion: request.filterCriterion,
    base: null,
    points: [],
    layers: nothing,
    filters: nothing,
    progress: NO_PROGRESS,
    waitingFor: null,
    message: null,
    failure,
  };
  return { ...summary, message: answerOf(summary, 0) };
}

/** The fleet knows it, not the planner. */
const NO_PROGRESS = { done: 0, total: 0, now: null, remainingSeconds: null };

/** @param limitMs of a ratio, once the base was measured */
const budgetOf = ({ budget }: CreateComparison, limitMs: number | null): ComparisonSummary['budget'] => ({
  target: budget.target,
  statistic: budget.statistic,
  limitMs: 'limitMs' in budget ? budget.limitMs : limitMs,
  ratio: 'ratio' in budget ? budget.ratio : null,
});

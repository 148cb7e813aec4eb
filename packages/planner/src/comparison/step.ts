import type { LatencyEstimate } from '../latency/estimate.js';
import { PlannerError } from '../errors.js';
import { limitMsOf } from './judge.js';
import { judgedCurve } from './curve.js';
import { nextPosition, spread } from './search.js';
import {
  COMPARISON_STATE_VERSION,
  type ComparisonEvent,
  type ComparisonMethod,
  type ComparisonSetup,
  type ComparisonState,
  type ComparisonStep,
  type ComparisonWish,
  type CurvePoint,
  METHODS,
} from './state.js';

const BASE: ComparisonWish = { key: 'base', method: null };

const wishFor = (method: ComparisonMethod, position: number): ComparisonWish => ({
  key: `${method}/${position}`,
  method,
  position,
});

/**
 * A comparison that has just been asked for: the whole model comes first.
 * @throws PlannerError `problem-invalid` when a path or the number of points makes no sense
 */
export function startComparison(setup: ComparisonSetup): ComparisonStep {
  const counts = [setup.points - 2, ...METHODS.map((method) => setup.paths[method].steps)];
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new PlannerError('problem-invalid', 'A comparison needs at least 2 points, and whole numbers of steps');
  }
  const state: ComparisonState = {
    version: COMPARISON_STATE_VERSION,
    setup,
    phase: 'measuring',
    base: null,
    curves: { layers: [], filters: [] },
    waiting: [BASE],
    failure: null,
  };
  return METHODS.some((method) => setup.paths[method].steps > 0)
    ? { state, wishes: state.waiting }
    : stay(failed(state, { code: 'nothing-to-prune', message: 'no block and no filter of the model can be removed' }));
}

/**
 * One step of a comparison: pure, and the same whoever takes it. First the points of both curves are measured, then each
 * method's best candidate within the limit is closed in on, by what was measured. An event that is late or doubled changes
 * nothing, and no position is measured twice.
 */
export function stepComparison(state: ComparisonState, event: ComparisonEvent): ComparisonStep {
  if (isComparisonFinal(state)) return stay(state);
  switch (event.type) {
    case 'cancelled':
      return stay({ ...state, phase: 'cancelled', waiting: [] });
    case 'failed':
      return stay(failed(state, event.failure));
    case 'measured':
      return onMeasured(state, event);
    default:
      return event satisfies never;
  }
}

/** Whether nothing will happen to a comparison any more. */
export const isComparisonFinal = ({ phase }: ComparisonState): boolean => phase !== 'measuring';

const stay = (state: ComparisonState): ComparisonStep => ({ state, wishes: [] });

const failed = (state: ComparisonState, failure: ComparisonState['failure']): ComparisonState => ({
  ...state,
  phase: 'failed',
  waiting: [],
  failure,
});

const waitFor = (state: ComparisonState, wishes: readonly ComparisonWish[]): ComparisonStep => ({
  state: { ...state, waiting: [...state.waiting, ...wishes] },
  wishes,
});

type Measured = Extract<ComparisonEvent, { type: 'measured' }>;

function onMeasured(before: ComparisonState, { key, outcome }: Measured): ComparisonStep {
  const wish = before.waiting.find((candidate) => candidate.key === key);
  if (wish === undefined) return stay(before);
  const state = { ...before, waiting: before.waiting.filter((candidate) => candidate !== wish) };
  if (wish.method === null) {
    if (outcome.kind === 'failed') return stay(failed(state, outcome.failure));
    return outcome.kind === 'base' ? afterBase({ ...state, base: outcome.base }) : stay(before);
  }
  if (outcome.kind === 'base' || state.base === null) return stay(before);
  const point: CurvePoint =
    outcome.kind === 'failed'
      ? { position: wish.position, measured: null, failure: outcome.failure }
      : { position: wish.position, measured: outcome.measurement };
  const curves = { ...state.curves, [wish.method]: [...state.curves[wish.method], point] };
  return afterPoint({ ...state, curves }, wish.method, state.base);
}

function afterBase(state: ComparisonState): ComparisonStep {
  const { paths, points } = state.setup;
  return waitFor(
    state,
    METHODS.flatMap((method) => spread(paths[method], points).map((position) => wishFor(method, position))),
  );
}

function afterPoint(state: ComparisonState, method: ComparisonMethod, base: LatencyEstimate): ComparisonStep {
  if (state.waiting.some((wish) => wish.method === method)) return stay(state);
  const { limit, paths } = state.setup;
  const next = nextPosition(paths[method], judgedCurve(state, method, base), limitMsOf(limit, base));
  if (next !== undefined) return waitFor(state, [wishFor(method, next)]);
  return state.waiting.length > 0 ? stay(state) : stay(ended(state));
}

/** Finished, unless no candidate at all could be measured. */
function ended(state: ComparisonState): ComparisonState {
  const points = METHODS.flatMap((method) => state.curves[method]);
  const [first] = points;
  if (first?.measured === null && points.every(({ measured }) => measured === null)) {
    const message = `none of ${points.length} candidates could be measured: ${first.failure.message}`;
    return failed(state, { code: first.failure.code, message });
  }
  return { ...state, phase: 'finished' };
}

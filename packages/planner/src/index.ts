// Latency model
export { fitLatencyTable } from './latency/fit.js';
export type {
  BlockSaving,
  LatencyData,
  LatencyOptions,
  LatencyTable,
  Residual,
  SavingGuess,
} from './latency/latency-table.js';
export { predictLatency, type LatencyPrediction } from './latency/predict.js';
export type { Interval, LatencyEstimate, PairedMeasurement, RatioEstimate } from './latency/estimate.js';

// Solver
export { loadSolver, type LeastExcess, type Solver } from './solver/solve.js';
export type { BestSets } from './solver/k-best.js';
export type { FrontOptions, FrontPoint, ParetoFront } from './solver/pareto.js';
export type { BlockReason, ExplainOptions, Explanation } from './solver/explain.js';
export type { LimitChange, LimitEffect } from './solver/limit-effects.js';
export type { Relaxation } from './solver/smallest-relaxations.js';
export type {
  BlockGroup,
  BlockImportance,
  ChosenSet,
  LatencyLimit,
  LowestReachable,
  Solution,
  SolveProblem,
  SolveProof,
  SolveTarget,
  TargetPrediction,
} from './solver/problem.js';

// A plan, step by step
export { startPlan, stepPlan } from './plan/step.js';
export { summarisePlan, type RoundSummary, type SavingRow, type TargetSummary } from './plan/summary.js';
export {
  isFinal,
  type MeasurementOutcome,
  type MeasurementWish,
  PLAN_STATE_VERSION,
  type PlanEffect,
  type PlanEvent,
  type PlanFailure,
  type PlanSetup,
  type PlanState,
  type PlanStep,
} from './plan/state.js';

// A comparison, step by step
export { isComparisonFinal, startComparison, stepComparison } from './comparison/step.js';
export { type ComparisonSummary, type MethodSummary, summariseComparison } from './comparison/summary.js';
export type { Judged } from './comparison/search.js';
export {
  COMPARISON_STATE_VERSION,
  type ComparisonEvent,
  type ComparisonMethod,
  type ComparisonPath,
  type ComparisonSetup,
  type ComparisonState,
  type ComparisonStep,
  type ComparisonWish,
  METHODS,
} from './comparison/state.js';

// Fail
export { PlannerError, type PlannerCode } from './errors.js';

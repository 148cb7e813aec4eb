export { Granularity, Id, Interval, PageQuery, Sha256, Statistic, TargetName, Timestamp } from './primitives.js';
export {
  CreatedMeasurements,
  CreateMeasurements,
  EnvironmentSnapshot,
  LatencyEstimate,
  Measurement,
  MeasurementEnvironment,
  MeasurementFailure,
  MeasurementProgress,
  MeasurementRequest,
  MeasurementResult,
  MeasurementSpec,
  MeasurementStatus,
  MeasurementWarning,
  PartialMeasurementSpec,
  RatioEstimate,
} from './measurement.js';
export {
  Block,
  BlockList,
  Candidate,
  CreateCandidate,
  Criterion,
  Model,
  Recipe,
  Reduction,
  ScoreList,
  TensorInfo,
} from './model.js';
export {
  Agent,
  AgentState,
  Claim,
  Claimed,
  DeliverOutcome,
  Device,
  EnrolAgent,
  Enrolled,
  Heartbeat,
  HeartbeatAnswer,
  MeasurementJob,
  Outcome,
  OutcomeDelivered,
  Target,
} from './fleet.js';
export {
  Budget,
  CreatePlan,
  LatencyTableRow,
  MeasuredLatency,
  Plan,
  PlanBudget,
  PlanEvent,
  PlanProgress,
  PlanReport,
  PlanRound,
  PlanStatus,
  PredictedLatency,
} from './plan.js';
export {
  AgentPage,
  BlockQuery,
  CandidatePage,
  CandidateQuery,
  MeasurementPage,
  MeasurementQuery,
  ModelPage,
  PlanPage,
  PutTarget,
  ScoreQuery,
  TargetPage,
} from './page.js';
export { Problem } from './problem.js';
export { EnvironmentError, environmentReader, LogLevel } from './environment.js';
export { ContractError, parserOf } from './parse.js';
export { type ContractViolation, violationsOf } from './violations.js';
export { canonicalJson, resolveSpec } from './identity.js';
export { builtInTargets, type TargetDefinition } from './targets.js';
export { parseBudget } from './budget.js';

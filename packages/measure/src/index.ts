// Measure
export { measure, type MeasureOptions, type MeasureRequest } from './measure.js';
export { compare, type CompareRequest } from './compare.js';

// Watch over a device
export { type ChangeOptions, type HistoryPoint, judgeChange } from './history/judge-change.js';
export { CANARY_NAME } from './canary/reference-model.js';
export { type CanaryOutcome, type CanaryRequest, measureCanary } from './canary/measure-canary.js';

// Profile
export { type BlockNodes, profileByBlock } from './profile/by-block.js';
export { profile, type ProfileRequest } from './profile/profile.js';

// Run a model in a child process
export { runOnce, type RunOptions } from './run-once.js';
export type { TensorData, TensorValue } from './tensor-data.js';
export { type TensorShape, type Trace, traceShapes, type TraceOptions } from './trace-shapes.js';

// Run a program of another package in a guarded child process
export type { Program } from './parent/launch.js';
export { defaultMemoryLimitBytes } from './parent/memory-limit.js';
export {
  type Answered,
  type GuardedTask,
  type Interim,
  type ProbeLimits,
  runGuarded,
} from './parent/run-guarded.js';
export { serveGuarded } from './probe/serve.js';

// Read input data
export { type InputArray, type InputArrays, readInputData, writeInputData } from './inputs/input-data.js';
export { NPY_HEADER_BYTES, type NpyHeader, readNpyHeader, sizeDiffers, writeNpyHeader } from './inputs/npy.js';

// Look at the machine
export { captureEnvironment } from './environment/capture.js';
export { type EnvironmentWatch, watchEnvironment, type WatchOptions } from './environment/watch.js';
export type { Surroundings } from './environment/surroundings.js';
export { environmentWarnings } from './environment/warnings.js';
export { type DetectedTarget, detectTargets } from './detect-targets.js';
export { onnxruntimeVersion } from './onnxruntime-version.js';

// Statistics of latencies
export { type Estimate, meanEstimate, quantileEstimate, relativeHalfWidth } from './statistics/interval.js';
export { quantile } from './statistics/quantile.js';
export { type Ratio, ratioOfMedians, ratioOfStatistics } from './statistics/ratio.js';
export { statisticEstimate, type StatisticEstimate } from './statistics/statistic.js';
export { ranksOf, simultaneousRatios } from './statistics/simultaneous.js';
export type { Take } from './statistics/take.js';
export { type Random, seededRandom } from './statistics/random.js';
export { Sample } from './statistics/sample.js';

// Fail
export { type Doing, type MeasureCode, MeasureError, type ProbeEnd } from './measure-error.js';

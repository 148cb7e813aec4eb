import { Type, type Static } from 'typebox';
import { MeasurementWarning } from './device-state.js';
import { Measurement } from './measurement.js';
import { Id, Interval, Statistic, Timestamp } from './primitives.js';

/** Whether a result is really different from the ones before it. */
export const Change = Type.Object({
  verdict: Type.Union([
    Type.Literal('slower'),
    Type.Literal('faster'),
    Type.Literal('no-change'),
    Type.Literal('too-little-data'),
  ]),
  ratio: Type.Union([Type.Number(), Type.Null()], { description: 'This result over the reference' }),
  ci: Type.Union([Interval, Type.Null()], {
    description: '95 % interval of the ratio; it contains what differs from one measurement to the next anyway',
  }),
  referenceMs: Type.Union([Type.Number(), Type.Null()]),
  references: Type.Integer({ description: 'Earlier results that the reference rests on' }),
  noiseShare: Type.Number({ description: 'Standard deviation from one measurement to the next, as a share' }),
  canaryCorrected: Type.Boolean({ description: 'Each result was divided by the canary of its device and time' }),
});
export type Change = Static<typeof Change>;

/** One result in the history of an identity. */
export const HistoryItem = Type.Object({
  measurementId: Id,
  at: Timestamp,
  agentId: Type.Union([Id, Type.Null()]),
  agentName: Type.Union([Type.String(), Type.Null()]),
  valueMs: Type.Number({ description: 'The statistic that the spec asks for' }),
  ci: Interval,
  canaryMs: Type.Union([Type.Number(), Type.Null()], { description: 'The canary on that device at that time' }),
  warnings: Type.Array(MeasurementWarning),
  change: Change,
});
export type HistoryItem = Static<typeof HistoryItem>;

/** Results of one identity (subject, control, target, spec) over time, oldest first. */
export const MeasurementHistory = Type.Object({
  measurementId: Id,
  statistic: Statistic,
  items: Type.Array(HistoryItem),
});
export type MeasurementHistory = Static<typeof MeasurementHistory>;

/** An identity whose latest result is really different from those before. */
export const Regression = Type.Object({
  measurement: Measurement,
  modelName: Type.Union([Type.String(), Type.Null()]),
  change: Change,
});
export type Regression = Static<typeof Regression>;

/** What the look over all identities found; `judged` counts those with enough results. */
export const RegressionReport = Type.Object({ judged: Type.Integer(), regressions: Type.Array(Regression) });
export type RegressionReport = Static<typeof RegressionReport>;

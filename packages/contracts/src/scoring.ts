import { Type, type Static } from 'typebox';
import { MeasurementEnvironment, MeasurementWarning } from './device-state.js';
import { BlockScore, Reduction } from './model.js';
import { Granularity, Sha256 } from './primitives.js';

/**
 * The criteria that need runs on calibration data. `sensitivity` is about filters: the largest rate of every group whose loss
 * variation stays under a threshold.
 */
export const DataCriterion = Type.Union([
  Type.Literal('gate-taylor'),
  Type.Literal('weight-taylor'),
  Type.Literal('imprinting'),
  Type.Literal('ablation'),
  Type.Literal('cka'),
  Type.Literal('block-influence'),
  Type.Literal('activation'),
  Type.Literal('sensitivity'),
]);
export type DataCriterion = Static<typeof DataCriterion>;

/** How a criterion is computed on calibration data. */
export const ScoringSpec = Type.Object(
  {
    criterion: DataCriterion,
    dataset: Type.Unsafe<Sha256>({ ...Sha256, description: 'Uploaded calibration data' }),
    granularity: Type.Unsafe<Granularity>({ ...Granularity, default: 'block' }),
    reduction: Type.Unsafe<Reduction>({ ...Reduction, default: 'all' }),
    samples: Type.Integer({
      minimum: 2,
      maximum: 10_000_000,
      default: 1024,
      description: 'Samples to use, drawn by the seed; all when there are fewer',
    }),
    batch: Type.Integer({
      minimum: 1,
      maximum: 65_536,
      default: 128,
      description: 'Mini-batch; gate-taylor and weight-taylor depend on it',
    }),
    probes: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 16,
      description: 'Random directions per mini-batch, of gate-taylor and weight-taylor',
    }),
    prototypeShare: Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: 0.5,
      description: 'Of imprinting: share of the samples that make the prototypes; the others are classified',
    }),
    embedding: Type.Integer({
      minimum: 1,
      maximum: 65_536,
      default: 512,
      description: 'Of imprinting: N, the length that embeddings are pooled to, roughly',
    }),
    filterCriterion: Type.String({ default: 'l2', description: 'Of sensitivity: the order in which filters go' }),
    threshold: Type.Number({
      exclusiveMinimum: 0,
      default: 0.05,
      description:
        'Of sensitivity: largest relative rise of the loss that a group may cause; of a model without classes, and data ' +
        'without targets, the largest distortion of its outputs',
    }),
    seed: Type.Integer({ minimum: 0, maximum: 2_147_483_647, default: 1 }),
  },
  { additionalProperties: false, description: 'How a criterion is computed on calibration data' },
);
export type ScoringSpec = Static<typeof ScoringSpec>;

/** What pruning the filters of one group alone does to the loss. */
export const GroupSensitivity = Type.Object({
  group: Type.String(),
  rate: Type.Number({ description: 'The largest rate that stays under the threshold' }),
  curve: Type.Array(Type.Object({ rate: Type.Number(), loss: Type.Number() })),
});
export type GroupSensitivity = Static<typeof GroupSensitivity>;

/** The scores of a model on calibration data, and what they rest on. */
export const ScoreResult = Type.Object({
  scores: Type.Array(BlockScore, { description: 'Of the blocks; empty for sensitivity' }),
  groups: Type.Array(GroupSensitivity, { description: 'Of sensitivity; empty otherwise' }),
  loss: Type.Union([Type.Number(), Type.Null()], {
    description: 'Of the whole model, 0 where outputs are compared with its own; null: not needed',
  }),
  accuracy: Type.Union([Type.Number(), Type.Null()]),
  samples: Type.Integer(),
  passes: Type.Integer({ description: 'Runs of a mini-batch through a model' }),
  environment: MeasurementEnvironment,
  warnings: Type.Array(MeasurementWarning),
  wallSeconds: Type.Number(),
});
export type ScoreResult = Static<typeof ScoreResult>;

/** Calibration data that was uploaded: an .npz with an array for every input, samples first, and `labels` if there are any. */
export const Dataset = Type.Object({
  sha256: Sha256,
  sizeBytes: Type.Integer(),
  samples: Type.Integer(),
  classes: Type.Union([Type.Integer(), Type.Null()], { description: 'Largest label + 1; null: no labels' }),
  arrays: Type.Array(
    Type.Object({ name: Type.String(), elementType: Type.String(), shape: Type.Array(Type.Integer()) }),
  ),
});
export type Dataset = Static<typeof Dataset>;

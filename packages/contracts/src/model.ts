import { Type, type Static } from 'typebox';
import { Granularity, Id, Sha256, Timestamp } from './primitives.js';

/** A graph input or output; a dimension is a number, a symbol, or null where the file says nothing. */
export const TensorInfo = Type.Object({
  name: Type.String(),
  elementType: Type.String(),
  dims: Type.Union([Type.Array(Type.Union([Type.Integer(), Type.String(), Type.Null()])), Type.Null()]),
});
export type TensorInfo = Static<typeof TensorInfo>;

/** An uploaded ONNX model. */
export const Model = Type.Object({
  id: Sha256,
  name: Type.String(),
  sizeBytes: Type.Integer(),
  opset: Type.Integer(),
  parameters: Type.Integer({ description: 'Trained numbers' }),
  macs: Type.Number({ description: 'Multiply-accumulates of convolutions and linear layers for one sample' }),
  inputs: Type.Array(TensorInfo),
  outputs: Type.Array(TensorInfo),
  createdAt: Timestamp,
});
export type Model = Static<typeof Model>;

const BlockEnd = Type.Object({ name: Type.String(), shape: Type.Array(Type.Integer()) });

/** A region of a model with one tensor in and one tensor out. */
export const Block = Type.Object({
  index: Type.Integer(),
  name: Type.String(),
  removable: Type.Boolean(),
  reason: Type.Optional(Type.String({ description: 'Why it is not removable' })),
  parameters: Type.Integer(),
  macs: Type.Number(),
  input: BlockEnd,
  output: BlockEnd,
  nodes: Type.Array(Type.String()),
  reinitialises: Type.Optional(
    Type.Array(Type.String(), { description: 'Weights that its removal makes anew; absent: none' }),
  ),
});
export type Block = Static<typeof Block>;

/** The blocks of a model, in the order of the data's flow. */
export const BlockList = Type.Object({ modelId: Sha256, granularity: Granularity, blocks: Type.Array(Block) });
export type BlockList = Static<typeof BlockList>;

/** The criteria for blocks that need nothing but the weights. */
export const WeightCriterion = Type.Union([
  Type.Literal('l1'),
  Type.Literal('l2'),
  Type.Literal('l1-normalised'),
  Type.Literal('l2-normalised'),
  Type.Literal('bn-scale'),
  Type.Literal('random'),
]);
export type WeightCriterion = Static<typeof WeightCriterion>;

/** Name of a criterion: one of ours, or what a training job calls the scores that it posts. */
export const Criterion = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
  description: 'A criterion by weights, one on calibration data, `ensemble`, or the name of posted scores',
});
export type Criterion = Static<typeof Criterion>;

/** From filters to a block: `all` filters of the block, or the official code's choice, `paper`. */
export const Reduction = Type.Union([Type.Literal('all'), Type.Literal('paper')]);
export type Reduction = Static<typeof Reduction>;

/** The importance of one block; null where the criterion does not apply to it, with the reason. */
export const BlockScore = Type.Object({
  index: Type.Integer(),
  importance: Type.Union([Type.Number(), Type.Null()]),
  standardError: Type.Optional(Type.Number({ description: 'Of an estimate from random probes' })),
  reason: Type.Optional(Type.String()),
});
export type BlockScore = Static<typeof BlockScore>;

/** Where scores come from: computed from the weights, on calibration data by an agent, from other scores, or posted. */
export const ScoreSource = Type.Union([
  Type.Literal('weights'),
  Type.Literal('calibration'),
  Type.Literal('combined'),
  Type.Literal('posted'),
]);
export type ScoreSource = Static<typeof ScoreSource>;

/** The importance of every block. */
export const ScoreList = Type.Object({
  modelId: Sha256,
  granularity: Granularity,
  criterion: Criterion,
  reduction: Reduction,
  source: ScoreSource,
  scores: Type.Array(BlockScore),
});
export type ScoreList = Static<typeof ScoreList>;

/** Scores that a training job computed, with its gradients. Every removable block needs one; higher is more important. */
export const PutScores = Type.Object(
  {
    granularity: Type.Unsafe<Granularity>({ ...Granularity, default: 'block' }),
    scores: Type.Array(
      Type.Object({ index: Type.Integer({ minimum: 0 }), importance: Type.Number() }, { additionalProperties: false }),
      { minItems: 1, maxItems: 10_000 },
    ),
  },
  { additionalProperties: false },
);
export type PutScores = Static<typeof PutScores>;

/** The filters that stay, by the name of their filter group. */
export const KeptFilters = Type.Record(
  Type.String(),
  Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, maxItems: 100_000, uniqueItems: true }),
);
export type KeptFilters = Static<typeof KeptFilters>;

/** What to prune: the indices of the blocks to remove, and the filters to keep where not all stay. */
export const Recipe = Type.Object(
  {
    granularity: Type.Unsafe<Granularity>({ ...Granularity, default: 'block' }),
    remove: Type.Array(Type.Integer({ minimum: 0 }), { maxItems: 10_000, uniqueItems: true, default: [] }),
    filters: Type.Optional(KeptFilters),
    seed: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Seed of weights that a removal has to make anew; 1 when absent' }),
    ),
  },
  { additionalProperties: false },
);
export type Recipe = Static<typeof Recipe>;

/** A weight that a removal made anew, since the width of what it reads changed. A training job must train it. */
export const Reinitialised = Type.Object({
  tensor: Type.String(),
  node: Type.String(),
  from: Type.Array(Type.Integer(), { description: 'Shape before' }),
  to: Type.Array(Type.Integer(), { description: 'Shape after' }),
  kept: Type.Optional(
    Type.Integer({ description: 'Input channels that were there before and keep their numbers; absent: all are new' }),
  ),
});
export type Reinitialised = Static<typeof Reinitialised>;

/** A pruned model: made from a recipe, or uploaded as it is (then the recipe is null). */
export const Candidate = Type.Object({
  id: Id,
  modelId: Sha256,
  recipe: Type.Union([Recipe, Type.Null()]),
  artifact: Sha256,
  sizeBytes: Type.Integer(),
  parameters: Type.Integer(),
  macs: Type.Number(),
  reinitialised: Type.Array(Reinitialised, {
    description: "Weights made anew; empty: every weight is the base model's",
  }),
  createdAt: Timestamp,
});
export type Candidate = Static<typeof Candidate>;

/** Asks for a candidate from a recipe. The same recipe twice is the same candidate. */
export const CreateCandidate = Type.Object({ modelId: Sha256, recipe: Recipe }, { additionalProperties: false });
export type CreateCandidate = Static<typeof CreateCandidate>;

/** Input data that was uploaded: the arrays of an .npz, by input name. */
export const InputData = Type.Object({
  sha256: Sha256,
  sizeBytes: Type.Integer(),
  arrays: Type.Array(
    Type.Object({ name: Type.String(), elementType: Type.String(), shape: Type.Array(Type.Integer()) }),
  ),
});
export type InputData = Static<typeof InputData>;

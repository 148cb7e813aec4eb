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
});
export type Block = Static<typeof Block>;

/** The blocks of a model, in the order of the data's flow. */
export const BlockList = Type.Object({ modelId: Sha256, granularity: Granularity, blocks: Type.Array(Block) });
export type BlockList = Static<typeof BlockList>;

/** The criteria that need nothing but the weights. */
export const Criterion = Type.Union([
  Type.Literal('l1'),
  Type.Literal('l2'),
  Type.Literal('bn-scale'),
  Type.Literal('random'),
]);
export type Criterion = Static<typeof Criterion>;

/** From filters to a block: `all` filters of the block, or the official code's choice, `paper`. */
export const Reduction = Type.Union([Type.Literal('all'), Type.Literal('paper')]);
export type Reduction = Static<typeof Reduction>;

/** The importance of every block; null where the criterion does not apply to a block. */
export const ScoreList = Type.Object({
  modelId: Sha256,
  granularity: Granularity,
  criterion: Criterion,
  reduction: Reduction,
  scores: Type.Array(Type.Object({ index: Type.Integer(), importance: Type.Union([Type.Number(), Type.Null()]) })),
});
export type ScoreList = Static<typeof ScoreList>;

/** What to prune: the indices of the blocks to remove. */
export const Recipe = Type.Object(
  {
    granularity: Type.Unsafe<Granularity>({ ...Granularity, default: 'block' }),
    remove: Type.Array(Type.Integer({ minimum: 0 }), { maxItems: 10_000, uniqueItems: true }),
  },
  { additionalProperties: false },
);
export type Recipe = Static<typeof Recipe>;

/** A pruned model: made from a recipe, or uploaded as it is (then the recipe is null). */
export const Candidate = Type.Object({
  id: Id,
  modelId: Sha256,
  recipe: Type.Union([Recipe, Type.Null()]),
  artifact: Sha256,
  sizeBytes: Type.Integer(),
  parameters: Type.Integer(),
  macs: Type.Number(),
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

import { type GraphNode, type GraphView, type OnnxModel, seededRandom } from '@espalier/onnx';
import type { Block } from './block.js';
import { weightCriteria } from './criteria-of-blocks.js';
import type { WeightCriterion } from './criterion.js';
import { PruningError } from './errors.js';
import { filterScores, type WeightNorm } from './filter-scores.js';
import { nodesOf, normsBehind, type Reduction, scoredLayers } from './scored-layers.js';
import { nodeWeights, smallConstant } from './weights.js';

export interface ScoreOptions {
  /** From filters to a block; `all` when absent. */
  readonly reduction?: Reduction;
  /** Seed of `random`. */
  readonly seed?: string | number;
}

/** The importance of one block; null where the criterion does not apply to it, with the reason. */
export type BlockScore =
  | { readonly index: number; readonly importance: number }
  | { readonly index: number; readonly importance: null; readonly reason: string };

/**
 * Scores blocks by a criterion, higher = more important. Filters are scored first. Then `all` takes the mean over all
 * filters of the block, and `paper` the mean of the means of the layers that the official code scores.
 * @throws PruningError `criterion-unknown`; `criterion-not-applicable` when there are removable blocks and it applies to
 * none of them
 */
export function scoreBlocks(
  model: OnnxModel,
  blocks: readonly Block[],
  criterion: WeightCriterion,
  { reduction = 'all', seed = 0 }: ScoreOptions = {},
): readonly BlockScore[] {
  const score = scorer(model.graph, criterion, { reduction, seed });
  const scores = blocks.map((block): BlockScore => {
    const value = score(block);
    return typeof value === 'string'
      ? { index: block.index, importance: null, reason: value }
      : { index: block.index, importance: value };
  });
  assertApplicable(blocks, scores, criterion);
  return scores;
}

/** The importance of a block, or why it has none. */
type Scorer = (block: Block) => number | string;

function scorer(graph: GraphView, criterion: WeightCriterion, { reduction, seed }: Required<ScoreOptions>): Scorer {
  switch (criterion) {
    case 'l1':
    case 'l2':
      return (block) => weightScore(graph, block, criterion, { reduction, normalised: false });
    case 'l1-normalised':
      return (block) => weightScore(graph, block, 'l1', { reduction, normalised: true });
    case 'l2-normalised':
      return (block) => weightScore(graph, block, 'l2', { reduction, normalised: true });
    case 'bn-scale':
      return (block) => normScore(graph, block, reduction);
    case 'random':
      return seededRandom(seed);
    default:
      throw new PruningError(
        'criterion-unknown',
        `there is no criterion ${JSON.stringify(criterion satisfies never)}`,
        {
          hint: `one of ${weightCriteria.map(({ name }) => name).join(', ')}`,
        },
      );
  }
}

function weightScore(
  graph: GraphView,
  block: Block,
  norm: WeightNorm,
  { reduction, normalised }: { reduction: Reduction; normalised: boolean },
): number | string {
  const layers: Float64Array[] = [];
  for (const node of scoredLayers(graph, block, reduction)) {
    const weights = nodeWeights(graph, node);
    if (weights.kind === 'unreadable') return weights.reason;
    layers.push(filterScores(weights.tensors, norm, { normalised }));
  }
  return layers.length > 0 ? reduced(layers, reduction) : 'the block has no weights that can be read';
}

function normScore(graph: GraphView, block: Block, reduction: Reduction): number | string {
  const norms =
    reduction === 'all'
      ? nodesOf(graph, block).filter(({ opType }) => opType === 'BatchNormalization')
      : normsBehind(graph, block, scoredLayers(graph, block, reduction));
  const scales = norms.flatMap((norm) => absoluteScale(graph, norm) ?? []);
  return scales.length > 0 ? reduced(scales, reduction) : 'the block has no batch normalisation of its own';
}

/** |γ| of every channel. */
function absoluteScale(graph: GraphView, norm: GraphNode): Float64Array | undefined {
  const scale = smallConstant(graph, norm.inputs[1] ?? '');
  return scale && Float64Array.from(scale, Math.abs);
}

function reduced(layers: readonly Float64Array[], reduction: Reduction): number {
  if (reduction === 'paper') return mean(layers.map(mean));
  const filters = layers.reduce((count, { length }) => count + length, 0);
  return layers.reduce((sum, layer) => sum + total(layer), 0) / filters;
}

function mean(values: ArrayLike<number>): number {
  return total(values) / values.length;
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0;
  return sum;
}

function assertApplicable(blocks: readonly Block[], scores: readonly BlockScore[], criterion: WeightCriterion): void {
  const removable = new Set(blocks.filter((block) => block.removable).map(({ index }) => index));
  const relevant = scores.filter(({ index }) => removable.has(index));
  const [first] = relevant;
  if (first?.importance !== null || relevant.some(({ importance }) => importance !== null)) return;
  throw new PruningError('criterion-not-applicable', `${criterion} applies to no removable block: ${first.reason}`, {
    hint:
      criterion === 'bn-scale'
        ? 'the norms were probably folded into the convolutions: export the model unfolded, or use `l2`'
        : 'use another criterion, or post scores of your own',
  });
}

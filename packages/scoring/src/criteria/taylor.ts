import { scaleTensors } from '@espalier/onnx';
import type { Tensor } from 'onnxruntime-node';
import { ScoringError } from '../errors.js';
import { batchLoss } from '../run/batch-loss.js';
import { type Batch, loadBatch } from '../run/batches.js';
import { realTensor } from '../run/convert.js';
import { exposed } from '../run/exposed.js';
import { findLogits } from '../run/logits.js';
import { addLosses, type LossSums, NO_LOSS } from '../run/loss.js';
import { LoadedModel } from '../run/session.js';
import { batchesOf, type Found, type Scene, scored } from './criterion.js';
import {
  type BlockSites,
  factorsOf,
  type FactorSite,
  inputOf,
  sizeOf,
  type WeightedSite,
  weighted,
} from './factors.js';
import { gateSites } from './gate-sites.js';
import { estimateOf } from './probe-estimate.js';
import { type Direction, seededSigns, type Signs } from './signs.js';
import { weightSites } from './weight-sites.js';

/**
 * Half the distance of the two points of a central difference, relative to what is scaled. A float32 loss is good to about
 * 1e-7, so a derivative to 1e-5; the error of the difference itself is of the order of the square of this.
 */
const STEP = 2 ** -7;

/** Between nodes, a float16 model keeps three digits. */
const STEP_FLOAT16 = 2 ** -4;

const QUANTISED = /^(QuantizeLinear|DynamicQuantizeLinear|QLinear.*|.*Integer)$/;

type Factors = Readonly<Record<string, Tensor>>;

/** Factors of 1 for everything. */
function ones(sites: readonly FactorSite[]): Factors {
  return Object.fromEntries(
    sites.map(({ tensor, elementType, dims }) => [
      inputOf(tensor),
      realTensor(
        elementType,
        Float32Array.of(1),
        dims.map(() => 1),
      ),
    ]),
  );
}

/** Factors 1 + size·√(c / c_max)·s for the sites of one block. */
function moved(sites: readonly WeightedSite[], signs: Int8Array, size: number): Factors {
  const largest = Math.max(...sites.map(({ weight }) => weight));
  const factors: Record<string, Tensor> = {};
  let start = 0;
  for (const site of sites) {
    const step = size * Math.sqrt(site.weight / largest);
    const values = new Float32Array(sizeOf(site));
    for (let index = 0; index < values.length; index++) values[index] = 1 + step * (signs[start + index] ?? 0);
    factors[inputOf(site.tensor)] = realTensor(site.elementType, values, site.dims);
    start += values.length;
  }
  return factors;
}

/** What directional derivatives are taken of. */
interface Slope {
  readonly model: LoadedModel;
  readonly logits: string;
  readonly still: Factors;
  readonly signs: Signs;
  readonly passed: () => void;
}

/**
 * (D_s L)² for one direction: with steps √c·s its expectation over s is Σ c·(f·∂L/∂f)², as the products of unlike signs
 * cancel out. Steps are taken relative to the largest c, which is multiplied in again.
 */
async function squaredSlope(
  { model, logits, still, signs, passed }: Slope,
  batch: Batch,
  sites: readonly WeightedSite[],
  direction: Direction,
): Promise<number> {
  const length = sites.reduce((sum, site) => sum + sizeOf(site), 0);
  const chosen = signs(direction, length);
  const step = sites.some(({ elementType }) => elementType === 'float16') ? STEP_FLOAT16 : STEP;
  const lossAt = async (size: number): Promise<number> => {
    const { loss, samples } = await batchLoss(model, batch, logits, { ...still, ...moved(sites, chosen, size) });
    passed();
    return loss / samples;
  };
  const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
  return slope ** 2 * Math.max(...sites.map(({ weight }) => weight));
}

/** A smaller last mini-batch has noisier gradients, whose squares are larger: it is left out when there are others. */
function equalBatches(scene: Scene): readonly (readonly number[])[] {
  const batches = batchesOf(scene);
  const whole = batches.filter(({ length }) => length === scene.spec.batch);
  return whole.length > 0 ? whole : batches;
}

function assertDifferentiable({ model: { graph } }: Scene): void {
  const node = graph.nodes.find(({ opType }) => QUANTISED.test(opType));
  if (node === undefined) return;
  throw new ScoringError(
    'criterion-not-applicable',
    `the model is quantised (node ${node.name}): what is rounded has no gradient`,
    { hint: 'score the model that it was quantised from, or use ablation' },
  );
}

/** The squares of a block by mini-batch and probe; none for a block without sites. */
export type Squares = readonly (readonly number[])[];

/** The probes of a set of blocks, in the order that those were given in, and the loss of the whole model. */
async function probed(
  scene: Scene,
  blocks: readonly BlockSites[],
  signs: Signs,
): Promise<{ readonly squares: readonly Squares[]; readonly loss: LossSums }> {
  const { model, shapes, spec, dataset, feeding, runtime, passes } = scene;
  assertDifferentiable(scene);
  const { tensor: logits } = findLogits(model.graph, shapes);
  const targets = blocks.map(({ index, sites }) => ({
    index,
    sites: typeof sites === 'string' ? [] : weighted(sites, spec.reduction),
    squares: [] as number[][],
  }));
  const probing = targets.filter(({ sites }) => sites.length > 0);
  const all = probing.flatMap(({ sites }) => sites);
  const batches = equalBatches(scene);
  passes.plan(batches.length * (1 + 2 * spec.probes * probing.length));
  const scaled = scaleTensors(exposed(model, [logits]), factorsOf(all));
  const loaded = await LoadedModel.load(scaled, runtime);
  const slope: Slope = { model: loaded, logits, still: ones(all), signs, passed: () => passes.add() };
  let loss = NO_LOSS;
  try {
    for (const [number, samples] of batches.entries()) {
      const batch = await loadBatch(dataset, feeding, samples);
      loss = addLosses(loss, await batchLoss(loaded, batch, logits, slope.still));
      passes.add();
      for (const { index, sites, squares } of probing) {
        const found: number[] = [];
        for (let probe = 0; probe < spec.probes; probe++) {
          found.push(await squaredSlope(slope, batch, sites, { block: index, batch: number, probe }));
        }
        squares.push(found);
      }
    }
  } finally {
    await loaded.release();
  }
  return { squares: targets.map(({ squares }) => squares), loss };
}

/** Every squared directional derivative, by block, mini-batch and probe. @throws as `taylor` */
export async function squaresOf(
  scene: Scene,
  blocks: readonly BlockSites[],
  signs: Signs,
): Promise<readonly Squares[]> {
  return (await probed(scene, blocks, signs)).squares;
}

/**
 * Σ c·(f·∂L/∂f)² over the factors f of every block, by random forward probes, averaged over mini-batches. Each block has
 * directions of its own: moved together with the others, the squares of theirs could not be told apart from its own.
 * Passes: mini-batches × (1 + 2 × probes × blocks).
 * @throws ScoringError `criterion-not-applicable`, `logits-missing`, `labels-missing`
 */
export async function taylor(scene: Scene, blocks: readonly BlockSites[], signs: Signs): Promise<Found> {
  const { squares, loss } = await probed(scene, blocks, signs);
  const scores = blocks.map(({ index, sites }, place) => {
    if (typeof sites === 'string') return scored(index, sites);
    const { mean, standardError } = estimateOf(squares[place] ?? []);
    return { ...scored(index, mean), ...(standardError === undefined ? {} : { standardError }) };
  });
  return { scores, loss };
}

/**
 * Gate Taylor (LayerPrune, arXiv 2007.05667): per filter (g·∂L/∂g)² of a gate g = 1 that multiplies the filter's normalised
 * channel, on every mini-batch, averaged over mini-batches; estimated, with its standard error. Passes: see `taylor`.
 */
export function gateTaylor(scene: Scene): Promise<Found> {
  return taylor(scene, gateSites(scene), seededSigns(scene.spec.seed));
}

/**
 * Weight Taylor (LayerPrune, arXiv 2007.05667): per filter Σ (w·∂L/∂w)² over its weights, in the same way: with a factor
 * f = 1 on every weight, f·∂L/∂f is w·∂L/∂w. Passes: see `taylor`.
 */
export function weightTaylor(scene: Scene): Promise<Found> {
  return taylor(scene, weightSites(scene), seededSigns(scene.spec.seed));
}

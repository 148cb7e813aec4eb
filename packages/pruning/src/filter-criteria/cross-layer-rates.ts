import type { GraphView } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import type { FilterGroup } from '../filters/group.js';
import { macsOf } from '../macs.js';
import { nthLargest } from './order-statistic.js';
import { weightSlices } from './slice-values.js';

/**
 * Bounds of c^λ, so that neither |w| / c^λ nor c^λ leaves the range of a float64. Beyond them layers go by their cost alone,
 * as they practically do long before.
 */
const LARGEST_DIVISOR = 1e150;

/** The weights of one layer. */
interface RankedLayer {
  readonly group: FilterGroup;
  /** Multiply-accumulates. */
  readonly cost: number;
  /** How many weights. */
  readonly size: number;
  readonly each: (visit: (magnitude: number) => void) => void;
}

/**
 * The share of each group's filters that goes by computation-aware cross-layer ranking (CLR-RNF, arXiv 2202.07190): all
 * weights of the groups are ranked by |w| / c^λ, `rate` of them lie below a global threshold, and the share of a group's
 * weights below it is the rate of its filters. c is the cost of the weight's layer: multiply-accumulates relative to the
 * first layer, where the official code has a table per network. Weights of several layers in one group count together.
 */
export function crossLayerRates(
  graph: GraphView,
  shapes: TensorShapes,
  groups: readonly FilterGroup[],
  { rate, lambda }: { rate: number; lambda: number },
): ReadonlyMap<string, number> {
  const layers = groups.flatMap((group) => rankedLayers(graph, shapes, group));
  const reference = layers[0]?.cost ?? 1;
  const divisorOf = (cost: number): number =>
    Math.min(LARGEST_DIVISOR, Math.max(1 / LARGEST_DIVISOR, (cost / reference) ** lambda));
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  const staying = Math.floor(total * (1 - rate));
  const everyRank = (visit: (rank: number) => void): void => {
    for (const { each, cost } of layers) {
      const divisor = divisorOf(cost);
      each((magnitude) => visit(magnitude / divisor));
    }
  };
  const threshold = staying > 0 ? nthLargest(everyRank, staying) : Number.POSITIVE_INFINITY;
  const tallies = new Map(groups.map(({ name }) => [name, { below: 0, size: 0 }]));
  for (const { group, cost, size, each } of layers) {
    const divisor = divisorOf(cost);
    const tally = tallies.get(group.name);
    if (!tally) continue;
    tally.size += size;
    each((magnitude) => {
      if (magnitude / divisor < threshold) tally.below++;
    });
  }
  return new Map([...tallies].map(([name, { below, size }]) => [name, size > 0 ? below / size : 0]));
}

function rankedLayers(graph: GraphView, shapes: TensorShapes, group: FilterGroup): RankedLayer[] {
  const layers = weightSlices(graph, group, 'makes');
  if (typeof layers === 'string') return [];
  return layers.map(({ node: name, values, visit, channelsOf, perChannel }) => {
    let channels = 0;
    for (let filter = 0; filter < group.filters; filter++) channels += channelsOf(filter);
    const node = graph.nodeNamed(name);
    return {
      group,
      // A layer whose shapes were not traced counts as the cheapest possible.
      cost: Math.max(1, node ? macsOf(graph, shapes, node) : 1),
      size: channels * perChannel,
      each: (see) => {
        for (let filter = 0; filter < group.filters; filter++) {
          visit(filter, (start, end) => {
            for (let index = start; index < end; index++) see(Math.abs(values[index] ?? 0));
          });
        }
      },
    };
  });
}

import { constantData, GraphBuilder, type OnnxModel } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import type { FilterGroup, WeightSlice } from '../filters/group.js';

/** Numbers of one group of filters. */
export interface GroupNumbers {
  /** For every layer that makes the channels, the weights of each filter; a later layer may make fewer than the first. */
  readonly makes: readonly (readonly (readonly number[])[])[];
  /** γ per filter of every batch normalisation behind. */
  readonly scales?: readonly (readonly number[])[];
  /** Of the layer behind, per output the weight of each filter. */
  readonly reads?: readonly (readonly number[])[];
  /** Pixels of what the layers compute, which sets their cost; 1 when absent. */
  readonly pixels?: number;
  readonly prunable?: boolean;
}

/**
 * A model with given numbers for weights: per group pointwise convolutions whose outputs are added, norms, and a pointwise
 * convolution behind; and the groups, written by hand.
 */
export function filterModel(numbers: Readonly<Record<string, GroupNumbers>>): {
  readonly model: OnnxModel;
  readonly groups: readonly FilterGroup[];
  readonly shapes: TensorShapes;
} {
  const g = new GraphBuilder('filters');
  const dimsOf = new Map<string, number[]>();
  const groups = Object.entries(numbers).map(([name, { makes, scales = [], reads, pixels = 1, prunable = true }]) => {
    const filters = makes[0]?.length ?? 0;
    const slices: WeightSlice[] = [];
    const slice = (node: string, tensor: string, axis: number, role: WeightSlice['role'], made = filters): void => {
      slices.push({ node, tensor, axis, role, indicesOf: (filter) => (filter < made ? [filter] : []) });
    };
    const convolution = (node: string, x: string, rows: readonly (readonly number[])[]): string => {
      const dims = [rows.length, rows[0]?.length ?? 0, 1, 1];
      const weights = g.initializer(`${node}.weight`, constantData(dims, Float32Array.from(rows.flat())));
      dimsOf.set(node, [1, rows.length, pixels, 1]);
      return g.node('Conv', [x, weights], {}, { name: node });
    };
    const parts = makes.map((rows, layer) => {
      const node = layer === 0 ? name : `${name}.${layer}`;
      const channels = rows[0]?.length ?? 0;
      slice(node, `${node}.weight`, 0, 'makes', rows.length);
      return convolution(node, g.input(`${node}.x`, 'float32', [1, channels, pixels, 1]), rows);
    });
    let y = parts.length === 1 ? (parts[0] ?? '') : g.node('Sum', parts, {}, { name: `${name}.sum` });
    for (const [index, gamma] of scales.entries()) {
      const node = `${name}.norm${index}`;
      const vector = (part: string, values: readonly number[]): string =>
        g.initializer(`${node}.${part}`, constantData([filters], Float32Array.from(values)));
      const zeros = gamma.map(() => 0);
      const ones = gamma.map(() => 1);
      const operands = [vector('weight', gamma), vector('bias', zeros), vector('mean', zeros), vector('var', ones)];
      for (const operand of operands) slice(node, operand, 0, 'scales');
      y = g.node('BatchNormalization', [y, ...operands], {}, { name: node });
    }
    if (reads) {
      slice(`${name}.next`, `${name}.next.weight`, 1, 'reads');
      y = convolution(`${name}.next`, y, reads);
    }
    g.output(y, { as: `${name}.y` });
    return {
      name,
      filters,
      prunable,
      ...(prunable ? {} : { reason: 'feeds a second output' }),
      producers: makes.map((_, layer) => (layer === 0 ? name : `${name}.${layer}`)),
      consumers: reads ? [`${name}.next`] : [],
      parameters: 0,
      slices,
    };
  });
  const model = g.build();
  const shapes = new Map(
    [...dimsOf].map(([node, dims]) => [
      model.graph.nodeNamed(node)?.outputs[0] ?? '',
      { elementType: 'float32', dims } as const,
    ]),
  );
  return { model, groups, shapes };
}

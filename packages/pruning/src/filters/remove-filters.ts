import { type ConstantData, constantData, editGraph, type NodeEdit, type OnnxModel } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import { RECIPE_KEY } from '../remove.js';
import { type Analysis, analyse } from './analysis.js';
import { removedChannels } from './keep-list.js';
import { repairedNodes } from './repair-nodes.js';
import { slicedTensor } from './slice-tensor.js';
import { Aftermath } from './survivors.js';
import { assertNothingEmpty } from './needs.js';

/**
 * The model without some filters. `keep` names groups and the filters of them that stay; groups that it does not name
 * stay whole. Weights that no removed filter touches keep their very bytes; of the others, entries are left out and none
 * is changed. The recipe is written into the model's metadata.
 * @throws PruningError `group-unknown`, `group-not-prunable`, `filter-unknown`, `filters-none-left`
 */
export function removeFilters(
  model: OnnxModel,
  shapes: TensorShapes,
  keep: ReadonlyMap<string, readonly number[]>,
): OnnxModel {
  const analysis = analyse(model, shapes);
  const removed = removedChannels(analysis.groups, keep);
  const recipe = JSON.stringify({ filters: Object.fromEntries(keep) });
  return withoutChannels(model, { analysis, removed, metadata: new Map([[RECIPE_KEY, recipe]]) });
}

/** The model without some channels. @throws PruningError `filters-none-left` */
export function withoutChannels(
  model: OnnxModel,
  {
    analysis,
    removed,
    metadata,
  }: { analysis: Analysis; removed: ReadonlySet<number>; metadata: ReadonlyMap<string, string> },
): OnnxModel {
  const { trace } = analysis;
  const after = new Aftermath(trace, removed);
  assertNothingEmpty(trace, after);
  const setConstants = new Map<string, ConstantData>();
  const setNodes = new Map<string, NodeEdit>();
  for (const [tensor, { dims, source }] of trace.constants) {
    const axes = trace.axesOf(tensor);
    if (!axes.some((axis) => after.touches(axis))) continue;
    const kept = dims.map((_, index) => {
      const axis = axes[index];
      return axis && after.touches(axis) ? entriesLeft(axis, after) : undefined;
    });
    if (source.kind === 'stored') setConstants.set(tensor, slicedTensor(source.tensor, kept));
    else {
      const filler = trace.graph.producerOf(tensor);
      const shape = `${tensor}_shape`;
      const left = dims.map((dim, axis) => kept[axis]?.length ?? dim);
      setConstants.set(shape, constantData([left.length], BigInt64Array.from(left, BigInt)));
      if (filler) setNodes.set(filler.name, { inputs: new Map([[0, shape]]) });
    }
  }
  for (const [tensor, { dims, data, axis }] of trace.widths) {
    if (after.touches(axis)) setConstants.set(tensor, constantData(dims, BigInt64Array.from(data, BigInt)));
  }
  repairedNodes(trace, after, { setConstants, setNodes });
  return editGraph(model, { setConstants, setNodes, setMetadata: metadata });
}

function entriesLeft(axis: Int32Array, after: Aftermath): number[] {
  const entries: number[] = [];
  for (const [entry, channel] of axis.entries()) if (after.keeps(channel)) entries.push(entry);
  return entries;
}

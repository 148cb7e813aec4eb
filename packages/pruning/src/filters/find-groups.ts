import type { OnnxModel } from '@espalier/onnx';
import type { TensorShapes } from '../block.js';
import type { FilterGroup } from './group.js';
import { analyse } from './analysis.js';

/**
 * The filter groups of a model, prunable or not, in order of execution. Channels belong to one group when some layer
 * makes both; a filter is a set of channels, one or more of every layer of the group, that can only go together.
 */
export function findFilterGroups(model: OnnxModel, shapes: TensorShapes): readonly FilterGroup[] {
  return analyse(model, shapes).groups;
}

import type { BlockScore, GroupSensitivity, ScoringSpec } from '@espalier/contracts';
import type { OnnxModel } from '@espalier/onnx';
import type { Block, TensorShapes } from '@espalier/pruning';
import type { DatasetReader } from '../dataset/array.js';
import { partsOf } from '../run/batches.js';
import type { FeedingPlan } from '../run/inputs.js';
import type { LossSums } from '../run/loss.js';
import type { Passes } from '../run/passes.js';
import type { Runtime } from '../run/session.js';

/** How a criterion is computed, whatever the data. */
export type DataSpec = Omit<ScoringSpec, 'dataset'>;

/** What a criterion works on. */
export interface Scene {
  readonly model: OnnxModel;
  readonly shapes: TensorShapes;
  /** All blocks at the granularity of the spec. */
  readonly blocks: readonly Block[];
  readonly dataset: DatasetReader;
  readonly feeding: FeedingPlan;
  readonly spec: DataSpec;
  readonly runtime: Runtime;
  readonly passes: Passes;
  /** The samples that the seed drew, in its order. */
  readonly samples: readonly number[];
}

/** What a criterion found. */
export interface Found {
  readonly scores: BlockScore[];
  readonly groups?: GroupSensitivity[];
  /** Of the whole model, where it was computed. */
  readonly loss?: LossSums;
}

/** A criterion that needs runs on calibration data. */
export type Criterion = (scene: Scene) => Promise<Found>;

/** The mini-batches of a scene, the last of which may be smaller. */
export function batchesOf({ samples, spec }: Scene): readonly (readonly number[])[] {
  return partsOf(samples, spec.batch);
}

/** A score; a text says why there is none. */
export function scored(index: number, importance: number | string): BlockScore {
  return typeof importance === 'number' ? { index, importance } : { index, importance: null, reason: importance };
}

import type { MeasurementProgress, ScoreResult, ScoringSpec } from '@espalier/contracts';
import type { OnnxModel } from '@espalier/onnx';
import { findBlocks, type TensorShapes } from '@espalier/pruning';
import { ablation } from './criteria/ablation.js';
import { activation } from './criteria/activation.js';
import { blockInfluence } from './criteria/block-influence.js';
import { cka } from './criteria/cka.js';
import type { Criterion, DataSpec, Found, Scene } from './criteria/criterion.js';
import { imprinting } from './criteria/imprinting.js';
import { needsLabels } from './criteria/needs-labels.js';
import { sensitivity } from './criteria/sensitivity.js';
import { gateTaylor, weightTaylor } from './criteria/taylor.js';
import type { DatasetReader } from './dataset/array.js';
import { drawSamples } from './dataset/draw.js';
import { ScoringError } from './errors.js';
import { feedingPlan } from './run/inputs.js';
import { hasLogits } from './run/logits.js';
import { Passes } from './run/passes.js';
import type { Runtime } from './run/session.js';

/** What is computed of a model, all in this process. */
export interface Scoring {
  /** With its external data in memory, for it is written elsewhere. */
  readonly model: OnnxModel;
  readonly shapes: TensorShapes;
  readonly dataset: DatasetReader;
  readonly spec: DataSpec;
  readonly runtime: Runtime;
  readonly onProgress: (progress: MeasurementProgress) => void;
  /** ms of a clock that only goes forward. */
  readonly now: () => number;
}

/** What was computed. */
export type Scored = Pick<ScoreResult, 'scores' | 'groups' | 'loss' | 'accuracy' | 'samples' | 'passes'>;

function criterionNamed(name: ScoringSpec['criterion']): Criterion {
  switch (name) {
    case 'gate-taylor':
      return gateTaylor;
    case 'weight-taylor':
      return weightTaylor;
    case 'imprinting':
      return imprinting;
    case 'ablation':
      return ablation;
    case 'cka':
      return cka;
    case 'block-influence':
      return blockInfluence;
    case 'activation':
      return activation;
    case 'sensitivity':
      return sensitivity;
    default:
      return name satisfies never;
  }
}

function assertLabels({ model, shapes, dataset, spec: { criterion } }: Scoring): void {
  const outputs = model.graph.outputs.map(({ name }) => name);
  if (dataset.hasLabels || !needsLabels(criterion, hasLogits(outputs, shapes))) return;
  throw new ScoringError('labels-missing', `${criterion} needs labels, and the calibration data hold none`, {
    hint: 'add an array `labels` with the class of each sample, or use cka, block-influence or activation',
  });
}

/** Of removable blocks, at least one has to have a score, where there are any. */
function assertApplicable({ blocks, spec }: Scene, { scores }: Found): void {
  const removable = new Set(blocks.filter((block) => block.removable).map(({ index }) => index));
  const relevant = scores.filter(({ index }) => removable.has(index));
  const [first] = relevant;
  if (first === undefined || relevant.some(({ importance }) => importance !== null)) return;
  throw new ScoringError(
    'criterion-not-applicable',
    `${spec.criterion} applies to no removable block: ${first.reason ?? 'no reason is known'}`,
    { hint: 'use another criterion, or post scores of your own' },
  );
}

/**
 * Computes a criterion on calibration data.
 * @throws ScoringError of any code; MeasureError `model-invalid`, `probe-out-of-memory`; PruningError, OnnxError from
 *   removing blocks
 */
export async function scoreModel(scoring: Scoring): Promise<Scored> {
  const { model, shapes, dataset, spec, runtime, onProgress, now } = scoring;
  const criterion = criterionNamed(spec.criterion);
  assertLabels(scoring);
  const passes = new Passes(onProgress, now);
  const samples = drawSamples(dataset.samples, spec.samples, spec.seed);
  const scene: Scene = {
    model,
    shapes,
    blocks: findBlocks(model, shapes, spec.granularity),
    dataset,
    feeding: feedingPlan(model, dataset.arrays),
    spec,
    runtime,
    passes,
    samples,
  };
  const found = await criterion(scene);
  passes.finish();
  assertApplicable(scene, found);
  const { scores, groups = [], loss } = found;
  return {
    scores,
    groups,
    loss: loss === undefined ? null : loss.loss / loss.samples,
    accuracy: loss === undefined || loss.correct === null ? null : loss.correct / loss.samples,
    samples: samples.length,
    passes: passes.count,
  };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeasurementProgress } from '@espalier/contracts';
import { encodeModel, exposeTensors, type OnnxModel } from '@espalier/onnx';
import { findBlocks, type TensorShapes } from '@espalier/pruning';
import { InferenceSession } from 'onnxruntime-node';
import type { DataSpec, Scene } from '../criteria/criterion.js';
import type { DatasetReader } from '../dataset/array.js';
import { drawSamples } from '../dataset/draw.js';
import { openDataset } from '../dataset/open-dataset.js';
import { type ArraySource, writeDataset } from '../dataset/write-dataset.js';
import { loadBatch } from '../run/batches.js';
import { feedingPlan } from '../run/inputs.js';
import { Passes } from '../run/passes.js';
import { type Scored, scoreModel } from '../score-model.js';

/** The defaults of a spec, with mini-batches that suit small tests. */
export const plainSpec: DataSpec = {
  criterion: 'ablation',
  granularity: 'block',
  reduction: 'all',
  samples: 1024,
  batch: 50,
  probes: 4,
  prototypeShare: 0.5,
  embedding: 512,
  filterCriterion: 'l2',
  threshold: 0.05,
  seed: 1,
};

/** An array of values in memory. */
export function arrayOf(
  name: string,
  elementType: string,
  shape: readonly number[],
  { buffer, byteOffset, byteLength }: ArrayBufferView,
): ArraySource {
  return { name, elementType, shape, chunks: [new Uint8Array(buffer, byteOffset, byteLength)] };
}

/** A folder that is removed again with everything in it. */
export async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'espalier-scoring-test-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The shapes of all tensors in one run on the first sample of calibration data. */
async function traced(model: OnnxModel, dataset: DatasetReader): Promise<TensorShapes> {
  const names = model.graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== '');
  const file = Buffer.concat(encodeModel(exposeTensors(model, names)));
  const session = await InferenceSession.create(file, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const { chunks } = await loadBatch(dataset, feedingPlan(model, dataset.arrays), [0], { labels: false });
  const feeds = { ...chunks[0]?.feeds };
  const results = { ...feeds, ...(await session.run(feeds)) };
  await session.release();
  return new Map(Object.entries(results).map(([name, { type, dims }]) => [name, { elementType: type, dims }]));
}

/** What a test wants to compute. */
export interface Wanted {
  readonly model: OnnxModel;
  readonly arrays: readonly ArraySource[];
  readonly spec: Partial<DataSpec>;
  readonly onProgress?: (progress: MeasurementProgress) => void;
}

const onEveryPass = (): (() => number) => {
  let now = 0;
  return () => {
    now += 1000;
    return now;
  };
};

async function withDataset<Result>(
  { model, arrays }: Wanted,
  use: (dataset: DatasetReader, shapes: TensorShapes, workDir: string) => Promise<Result>,
): Promise<Result> {
  return withFolder(async (folder) => {
    const path = join(folder, 'data.npz');
    await writeDataset(path, arrays);
    const dataset = await openDataset(path);
    try {
      return await use(dataset, await traced(model, dataset), folder);
    } finally {
      await dataset.close();
    }
  });
}

/** Scores a model in this process. The clock is such that every pass is reported. */
export async function scoreHere(wanted: Wanted): Promise<Scored> {
  const { model, spec, onProgress = () => undefined } = wanted;
  return withDataset(wanted, (dataset, shapes, workDir) =>
    scoreModel({
      model,
      shapes,
      dataset,
      spec: { ...plainSpec, ...spec },
      runtime: { workDir, threads: 1 },
      onProgress,
      now: onEveryPass(),
    }),
  );
}

/** What a criterion works on, for tests of one alone. */
export async function inScene<Result>(wanted: Wanted, use: (scene: Scene) => Promise<Result>): Promise<Result> {
  const { model, onProgress = () => undefined } = wanted;
  const spec = { ...plainSpec, ...wanted.spec };
  return withDataset(wanted, (dataset, shapes, workDir) =>
    use({
      model,
      shapes,
      blocks: findBlocks(model, shapes, spec.granularity),
      dataset,
      feeding: feedingPlan(model, dataset.arrays),
      spec,
      runtime: { workDir, threads: 1 },
      passes: new Passes(onProgress, onEveryPass()),
      samples: drawSamples(dataset.samples, spec.samples, spec.seed),
    }),
  );
}

/** Importances by block. */
export function importances({ scores }: Pick<Scored, 'scores'>): (number | null)[] {
  return scores.map(({ importance }) => importance);
}

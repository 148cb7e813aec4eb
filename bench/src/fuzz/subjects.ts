import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  encodeModel,
  exposeTensors,
  type OnnxModel,
  readModelFile,
  seededValues,
  type ValueInfo,
} from '@espalier/onnx';
import { summarise, type TensorShapes } from '@espalier/pruning';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ownModels } from './own-models.js';

/** A valid model that is about to be damaged. */
export interface Subject {
  readonly name: string;
  readonly file: Uint8Array;
  /** Of every tensor in one run. */
  readonly shapes: TensorShapes;
}

export interface Subjects {
  /** Models that this code builds. */
  readonly own: readonly Subject[];
  /** Files of exporters, where there are any. */
  readonly exported: readonly Subject[];
}

/** Larger models only take longer; some small files compute a hundred million weights. */
const LARGEST_FILE_BYTES = 2_000_000;
const MOST_NODES = 1_000;
const MOST_PARAMETERS = 3e7;
const OPEN_SIZE = 32;

/**
 * The models to damage: those that are built here, and the ONNX files in some folders, as far as they run on random
 * inputs.
 */
export async function loadSubjects(folders: readonly string[]): Promise<Subjects> {
  const own: Subject[] = [];
  for (const [name, model] of ownModels()) own.push(await subjectOf(name, model));
  const exported: Subject[] = [];
  for (const path of folders.flatMap(onnxFiles)) {
    const model = await readModelFile(path);
    if (model.graph.nodes.length > MOST_NODES) continue;
    const subject = await subjectOf(path, model).catch(() => undefined); // needs inputs of its own kind
    if (!subject || subject.file.length > LARGEST_FILE_BYTES) continue;
    if (summarise(model, subject.shapes).parameters <= MOST_PARAMETERS) exported.push(subject);
  }
  return { own, exported };
}

function onnxFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
  return names.sort().map((name) => join(folder, name));
}

async function subjectOf(name: string, model: OnnxModel): Promise<Subject> {
  const file = Buffer.concat(encodeModel(model));
  return { name, file, shapes: await shapesOf(model) };
}

async function shapesOf(model: OnnxModel): Promise<TensorShapes> {
  const tensors = model.graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== '');
  const feeds = Object.fromEntries(model.graph.inputs.map((info) => [info.name, feedOf(info)]));
  const session = await InferenceSession.create(Buffer.concat(encodeModel(exposeTensors(model, tensors))), {
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  });
  try {
    const results = { ...feeds, ...(await session.run(feeds)) };
    return new Map(Object.entries(results).map(([name, { type, dims }]) => [name, { elementType: type, dims }]));
  } finally {
    await session.release();
  }
}

function feedOf({ elementType, dims = [] }: ValueInfo): Tensor {
  const concrete = dims.map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? 1 : OPEN_SIZE));
  const length = concrete.reduce((product, dim) => product * dim, 1);
  switch (elementType) {
    case 'bool':
      return new Tensor('bool', new Uint8Array(length).fill(1), concrete);
    case 'int64':
      return new Tensor('int64', new BigInt64Array(length).fill(1n), concrete);
    case 'float16':
      return new Tensor('float16', new Uint16Array(length).fill(0x3800), concrete); // 0.5
    default:
      return new Tensor('float32', seededValues('feed', length, -1, 1), concrete);
  }
}

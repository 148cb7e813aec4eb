import { join } from 'node:path';
import { GraphBuilder, type OnnxModel, seededRandom, writeModelFile } from '@espalier/onnx';
import type { TensorValue } from '@espalier/measure';
import { buildZooModel } from '@espalier/zoo';

/** Files of the models that the checks run. */
export interface CheckModels {
  readonly resnetName: string;
  readonly resnetPath: string;
  readonly image: Readonly<Record<string, TensorValue>>;
  /** A model that no GPU provider takes any part of. */
  readonly fallbackPath: string;
}

/**
 * A determinant: onnxruntime has a kernel for it on the CPU alone. (ONNX operators that CUDA lacks are listed in onnxruntime's
 * docs/OperatorKernels.md.)
 */
function determinant(): OnnxModel {
  const graph = new GraphBuilder('determinant');
  const matrix = graph.input('matrix', 'float32', [1, 4, 4]);
  graph.output(graph.node('Det', [matrix], {}, { name: 'det' }));
  return graph.build();
}

function randomImage(dims: readonly number[]): TensorValue {
  const random = seededRandom(1);
  const size = dims.reduce((product, dim) => product * dim, 1);
  return { elementType: 'float32', dims, data: Float32Array.from({ length: size }, () => 2 * random() - 1) };
}

/**
 * Writes the models into a folder.
 * @param quick a network of the zoo that is small enough for a first look
 */
export async function writeCheckModels(dir: string, { quick }: { readonly quick: boolean }): Promise<CheckModels> {
  const resnetName = quick ? 'resnet20' : 'resnet50';
  const imageSizePx = quick ? 16 : 224;
  const resnetPath = join(dir, `${resnetName}.onnx`);
  const fallbackPath = join(dir, 'determinant.onnx');
  await writeModelFile(buildZooModel(resnetName, { imageSizePx }), resnetPath);
  await writeModelFile(determinant(), fallbackPath);
  return { resnetName, resnetPath, image: { input: randomImage([1, 3, imageSizePx, imageSizePx]) }, fallbackPath };
}

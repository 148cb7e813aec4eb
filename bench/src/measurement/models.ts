import { join } from 'node:path';
import { GraphBuilder, writeModelFile } from '@espalier/onnx';
import { buildZooModel } from '@espalier/zoo';

const CHANNELS = 64;
const SIDE = 28;

/** Writes a chain of equal 3×3 convolutions (29 million MACs each, about 0.5 ms on one core of 2025). @returns its path */
export async function writeConvChain(folder: string, convolutions: number): Promise<string> {
  const graph = new GraphBuilder('chain');
  let tensor = graph.input('input', 'float32', [1, CHANNELS, SIDE, SIDE]);
  for (let index = 0; index < convolutions; index += 1) {
    tensor = graph.relu(`relu${index}`, graph.conv(`conv${index}`, tensor, { out: CHANNELS }));
  }
  graph.output(graph.globalAveragePool('pool', tensor));
  const path = join(folder, `chain${convolutions}.onnx`);
  await writeModelFile(graph.build(), path);
  return path;
}

/** Writes ResNet-50 with random weights. @returns its path */
export async function writeResNet50(folder: string): Promise<string> {
  const path = join(folder, 'resnet50.onnx');
  await writeModelFile(buildZooModel('resnet50'), path);
  return path;
}

/** Convolutions of the chains that take about 1 and 10 ms. */
export const CHAIN_OF_1_MS = 2;
export const CHAIN_OF_10_MS = 20;

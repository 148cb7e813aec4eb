import { randomUUID } from 'node:crypto';
import { encodeModel, GraphBuilder } from '@espalier/onnx';
import type { Store } from '@espalier/store';

interface Shape {
  /** Residual blocks that can go. */
  readonly blocks: number;
  readonly seed?: number;
  /** Of the names of all blocks. */
  readonly prefix?: string;
  /** A norm behind every convolution of the blocks. */
  readonly batchNorm?: boolean;
}

/** A small residual network as a file: a stem, identity blocks, a head. Its weights follow from the seed. */
export function residualNetwork({ blocks, seed = 1, prefix = '', batchNorm = false }: Shape): Buffer<ArrayBuffer> {
  const graph = new GraphBuilder('net', { seed });
  let tensor = graph.relu(
    'stem.relu',
    graph.conv('stem', graph.input('input', 'float32', ['batch', 3, 8, 8]), { out: 8 }),
  );
  for (let block = 0; block < blocks; block += 1) {
    const convolved = (layer: number, input: string): string => {
      const output = graph.conv(`${prefix}b${block}.conv${layer}`, input, { out: 8 });
      return batchNorm ? graph.batchNorm(`${prefix}b${block}.bn${layer}`, output) : output;
    };
    const branch = convolved(2, graph.relu(`${prefix}b${block}.relu1`, convolved(1, tensor)));
    tensor = graph.relu(`${prefix}b${block}.relu2`, graph.add(`${prefix}b${block}.add`, branch, tensor));
  }
  const head = graph.flatten('flatten', graph.globalAveragePool('pool', tensor));
  graph.output(graph.gemm('fc', head, { in: 8, out: 4 }), { as: 'logits' });
  return Buffer.concat(encodeModel(graph.build()));
}

/** A network of one layer, which nothing can be removed from. */
export function linearNetwork(): Buffer<ArrayBuffer> {
  const graph = new GraphBuilder('linear', { seed: 1 });
  const input = graph.input('input', 'float32', ['batch', 8]);
  graph.output(graph.gemm('fc', input, { in: 8, out: 4 }), { as: 'logits' });
  return Buffer.concat(encodeModel(graph.build()));
}

/** A network of two layers that makes images of images. */
export function imageNetwork(): Buffer<ArrayBuffer> {
  const graph = new GraphBuilder('images', { seed: 1 });
  const hidden = graph.relu(
    'relu',
    graph.conv('stem', graph.input('input', 'float32', ['batch', 3, 8, 8]), { out: 4 }),
  );
  graph.output(graph.conv('head', hidden, { out: 2 }), { as: 'image' });
  return Buffer.concat(encodeModel(graph.build()));
}

async function* somePieces(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(randomUUID());
}

/** Makes a data set known, without labels when `classes` is null. Its file is no data: the API does not look into it again. */
export async function addDataset(
  store: Store,
  { classes, input = 'input' }: { readonly classes: number | null; readonly input?: string },
): Promise<string> {
  const staged = await store.artifacts.receive(somePieces(), { maxBytes: 100 });
  const { sha256 } = await staged.keep('dataset');
  const arrays = [
    { name: input, elementType: 'float32', shape: [10, 3, 8, 8] },
    ...(classes === null ? [] : [{ name: 'labels', elementType: 'int64', shape: [10] }]),
  ];
  await store.datasets.add({ sha256, samples: 10, classes, arrays });
  return sha256;
}

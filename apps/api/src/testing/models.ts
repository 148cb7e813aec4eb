import { encodeModel, GraphBuilder } from '@espalier/onnx';

interface Shape {
  /** Residual blocks that can go. */
  readonly blocks: number;
  readonly seed?: number;
}

/** A small residual network as a file: a stem, identity blocks, a head. Its weights follow from the seed. */
export function residualNetwork({ blocks, seed = 1 }: Shape): Buffer<ArrayBuffer> {
  const graph = new GraphBuilder('net', { seed });
  let tensor = graph.relu(
    'stem.relu',
    graph.conv('stem', graph.input('input', 'float32', ['batch', 3, 8, 8]), { out: 8 }),
  );
  for (let block = 0; block < blocks; block += 1) {
    const branch = graph.conv(
      `b${block}.conv2`,
      graph.relu(`b${block}.relu1`, graph.conv(`b${block}.conv1`, tensor, { out: 8 })),
      { out: 8 },
    );
    tensor = graph.relu(`b${block}.relu2`, graph.add(`b${block}.add`, branch, tensor));
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

import { constantData, GraphBuilder, type OnnxModel } from '@espalier/onnx';

/** A chain of 3×3 convolutions with 16 channels over a 32×32 image; the batch is dynamic. */
export function convChain(layers: number): OnnxModel {
  const graph = new GraphBuilder('chain');
  let x = graph.input('image', 'float32', ['batch', 3, 32, 32]);
  for (let layer = 0; layer < layers; layer++) {
    x = graph.relu(`relu${layer}`, graph.conv(`conv${layer}`, x, { out: 16 }));
  }
  return graph.output(graph.globalAveragePool('pool', x), { as: 'features' }).build();
}

/** Adds 1 to its input, whose dims are given: the smallest useful model. */
export function addOne(dims: readonly (number | string)[]): OnnxModel {
  const graph = new GraphBuilder('addOne');
  const x = graph.input('x', 'float32', dims);
  const one = graph.initializer('one', constantData([], Float32Array.of(1)));
  return graph.output(graph.add('add', x, one), { as: 'y' }).build();
}

function loopBody(): GraphBuilder {
  const body = new GraphBuilder('body');
  body.input('turn', 'int64', []);
  body.input('goOn', 'bool', []);
  return body;
}

function loopInputs(graph: GraphBuilder, turns: bigint): readonly [count: string, condition: string] {
  return [
    graph.initializer('count', constantData([], BigInt64Array.of(turns))),
    graph.initializer('truth', constantData([], Uint8Array.of(1), { as: 'bool' })),
  ];
}

/** A Loop whose end nobody will see: 2⁶² turns, each of which adds its state to itself. */
export function endlessLoop(): OnnxModel {
  const body = loopBody();
  body.input('state', 'float32', [1]);
  body.output(body.identity('again', 'goOn'), { elementType: 'bool', dims: [] });
  body.output(body.add('grow', 'state', 'state'), { dims: [1] });
  const graph = new GraphBuilder('endless');
  const x = graph.input('x', 'float32', [1]);
  const end = graph.node('Loop', [...loopInputs(graph, 2n ** 62n), x], { body: body.toGraph() }, { name: 'loop' });
  return graph.output(end, { as: 'y', dims: [1] }).build();
}

/** A Loop that keeps a tensor of `floatsPerTurn` zeros from each of its turns. */
export function memoryEater(turns: bigint, floatsPerTurn: number): OnnxModel {
  const body = loopBody();
  body.output(body.identity('again', 'goOn'), { elementType: 'bool', dims: [] });
  const size = body.ints('size', [floatsPerTurn]);
  body.output(body.node('ConstantOfShape', [size], {}, { name: 'zeros' }), { dims: [floatsPerTurn] });
  const graph = new GraphBuilder('eater');
  const x = graph.input('x', 'float32', [1]);
  const all = graph.node('Loop', loopInputs(graph, turns), { body: body.toGraph() }, { name: 'loop' });
  graph.output(all, { as: 'collected', dims: [null, floatsPerTurn] });
  return graph.output(graph.identity('copy', x), { as: 'y', dims: [1] }).build();
}

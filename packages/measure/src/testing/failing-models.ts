import { constantData, GraphBuilder, type OnnxModel } from '@espalier/onnx';

/** A Loop without a number of turns whose condition stays true. */
export function conditionStaysTrue(): OnnxModel {
  const body = new GraphBuilder('body');
  body.input('turn', 'int64', []);
  body.input('goOn', 'bool', []);
  body.input('state', 'float32', [1]);
  body.output(body.identity('again', 'goOn'), { elementType: 'bool', dims: [] });
  body.output(body.add('grow', 'state', 'state'), { dims: [1] });
  const graph = new GraphBuilder('forever');
  const x = graph.input('x', 'float32', [1]);
  const truth = graph.initializer('truth', constantData([], Uint8Array.of(1), { as: 'bool' }));
  const end = graph.node('Loop', ['', truth, x], { body: body.toGraph() }, { name: 'loop' });
  return graph.output(end, { as: 'y', dims: [1] }).build();
}

/** Spreads one number over a tensor of so many floats, all at once. */
export function expandTo(floats: bigint): OnnxModel {
  const graph = new GraphBuilder('expand');
  const x = graph.input('x', 'float32', [1]);
  const shape = graph.initializer('shape', constantData([1], BigInt64Array.of(floats)));
  const spread = graph.node('Expand', [x, shape], {}, { name: 'spread' });
  return graph
    .output(graph.node('ReduceSum', [spread], { keepdims: 0 }, { name: 'sum' }), { as: 'y', dims: [] })
    .build();
}

const TREES = 'ai.onnx.ml';

/**
 * A decision tree of so many levels, each with a leaf on one side. onnxruntime 1.30 walks down the other side with a call of a
 * function a level, and so ends by its stack's overflow where there are a hundred thousand.
 */
export function deepTree(levels: number): OnnxModel {
  const graph = new GraphBuilder('tree');
  const x = graph.input('x', 'float32', [1, 1]);
  const leaves = [levels, levels + 1];
  const inner = Array.from({ length: levels }, (_, level) => level);
  const all = [...inner, ...leaves];
  const zeros = all.map(() => 0);
  const y = graph.node(
    'TreeEnsembleRegressor',
    [x],
    {
      nodes_nodeids: all,
      nodes_treeids: zeros,
      nodes_modes: { strings: all.map((node) => (node < levels ? 'BRANCH_LEQ' : 'LEAF')) },
      nodes_truenodeids: all.map((node) => (node < levels ? levels : 0)),
      nodes_falsenodeids: all.map((node) => (node + 1 < levels ? node + 1 : levels + 1)),
      nodes_featureids: zeros,
      nodes_values: { floats: all.map((node) => -node) },
      target_ids: [0, 0],
      target_nodeids: leaves,
      target_treeids: [0, 0],
      target_weights: { floats: [1, 2] },
      n_targets: 1,
    },
    { name: 'tree', domain: TREES },
  );
  const model = graph.output(y, { as: 'y', dims: [1, 1] }).build();
  const [plain] = model.proto.opsetImport;
  if (plain !== undefined) model.proto.opsetImport.push({ ...plain, domain: TREES, version: 3n });
  return model;
}

/** Adds a float to an integer. */
export function mixedTypes(): OnnxModel {
  const graph = new GraphBuilder('mixed');
  const x = graph.input('x', 'float32', [1]);
  const one = graph.initializer('one', constantData([1], BigInt64Array.of(1n)));
  return graph.output(graph.add('add', x, one), { as: 'y', dims: [1] }).build();
}

/** A node of an operator that nobody has defined. */
export function unknownOperator(): OnnxModel {
  const graph = new GraphBuilder('unknown');
  const x = graph.input('x', 'float32', [1]);
  return graph.output(graph.node('Frobnicate', [x], {}, { name: 'frob' }), { as: 'y', dims: [1] }).build();
}

/** Loads, and fails in each run: the number that it divides by is computed, and 0. */
export function dividesByZero(): OnnxModel {
  const graph = new GraphBuilder('zero');
  const x = graph.input('x', 'int32', [4]);
  const zero = graph.node('Sub', [x, x], {}, { name: 'zero' });
  const y = graph.node('Div', [x, zero], {}, { name: 'divide' });
  return graph.output(y, { as: 'y', elementType: 'int32', dims: [4] }).build();
}

/** Divides integers by other integers, both inputs: what it is fed decides whether it runs. */
export function divides(): OnnxModel {
  const graph = new GraphBuilder('divides');
  const a = graph.input('a', 'int32', ['n', 2]);
  const b = graph.input('b', 'int32', ['n', 2]);
  const y = graph.node('Div', [a, b], {}, { name: 'divide' });
  return graph.output(y, { as: 'y', elementType: 'int32', dims: ['n', 2] }).build();
}

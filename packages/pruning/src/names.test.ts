import { GraphBuilder, type GraphNode } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import { blockNames, type NameSource } from './names.js';

/** Nodes of given names, as `OpType name` each. */
function nodes(...labels: string[]): GraphNode[] {
  const g = new GraphBuilder('names');
  const x = g.input('x', 'float32', [1]);
  for (const [index, label] of labels.entries()) {
    const [opType = '', name = ''] = label.split(' ');
    g.output(
      g.node(opType, [x], {}, { name, outputs: [name === '' ? `/t/t.${index}/${opType}_output_0` : `${index}`] }),
    );
  }
  return [...g.build().graph.nodes];
}

/** A block of weighted nodes and, last, the node in which its branches meet. */
function joined(...labels: string[]): NameSource {
  const all = nodes(...labels);
  const join = all.at(-1);
  return { weighted: all.slice(0, -1), join, last: join };
}

/** A block of one weighted node. */
function single(label: string): NameSource {
  const weighted = nodes(label);
  return { weighted, join: undefined, last: weighted[0] };
}

test('a block is named after the module around it, in the paths of either exporter style', () => {
  expect(
    blockNames([
      joined('Conv /layer1/layer1.0/conv1/Conv', 'Conv /layer1/layer1.0/conv2/Conv', 'Add /layer1/layer1.0/Add'),
      joined('Conv layer2.1.conv1', 'Conv layer2.1.conv2', 'Add layer2.1.add'),
    ]),
  ).toEqual(['layer1.0', 'layer2.1']);
});

test('a module inside the repeated one is left out, unless two blocks share the repeated one', () => {
  const attention = joined('MatMul /l/l.0/attn/q/MatMul', 'MatMul /l/l.0/attn/o/MatMul', 'Add /l/l.0/Add');
  const feedForward = joined('MatMul /l/l.0/mlp/up/MatMul', 'MatMul /l/l.0/mlp/down/MatMul', 'Add /l/l.0/Add_1');
  expect(blockNames([attention, feedForward, single('Gemm /head/Gemm')])).toEqual(['l.0', 'l.0.mlp', 'head']);
});

test('a single unit has the path of its own module', () => {
  expect(blockNames([single('Conv /features/features.0/Conv'), single('Conv /features/features.3/Conv')])).toEqual([
    'features.0',
    'features.3',
  ]);
});

test('without a name the tensor that a node makes gives the path', () => {
  expect(blockNames([joined('Conv ', 'Conv ', 'Add ')])).toEqual(['t']);
});

test('what all blocks share names none of them: then the join does', () => {
  expect(
    blockNames([
      joined('Conv p.Conv.1', 'Conv p.Conv.2', 'Add p.Add.3'),
      joined('Conv p.Conv.4', 'Conv p.Conv.5', 'Add p.Add.6'),
    ]),
  ).toEqual(['p.Add.3', 'p.Add.6']);
});

test('equal names are numbered', () => {
  expect(blockNames([single('Conv c'), single('Conv c'), single('Conv c')])).toEqual(['c', 'c (2)', 'c (3)']);
});

import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { decodeModel } from './decode.js';
import { encodeModel } from './encode.js';
import { readModelFile } from './files.js';
import { GraphBuilder } from './graph-builder.js';
import { constantData } from './constant-data.js';
import type { GraphView } from './graph-view.js';
import { labelGraph } from './label.js';
import { sharedModels } from './testing/shared-models.js';

const labels = {
  node: (index: number) => `<${index}>`,
  tensor: (index: number, output: number) => `<${index}.${output}>`,
};

function branch(name: string, factor: number) {
  const graph = new GraphBuilder(name);
  const constant = graph.initializer(`${name}_factor`, constantData([], Float32Array.of(factor)));
  return graph.output(graph.node('Mul', ['double', constant], {}, { name: 'scale' }), { dims: [1] }).toGraph();
}

function chooser() {
  const graph = new GraphBuilder('chooser');
  const x = graph.input('x', 'float32', [1]);
  const doubled = graph.node('Add', [x, x], {}, { name: 'add', outputs: ['double'] });
  const truth = graph.initializer('truth', constantData([], Uint8Array.of(1), { as: 'bool' }));
  const chosen = graph.node(
    'If',
    [truth],
    { then_branch: branch('yes', 2), else_branch: branch('no', 3) },
    { name: 'choose' },
  );
  return graph.output(graph.add('sum', chosen, doubled), { as: 'y', dims: [1] }).build();
}

test('nodes and the tensors between them are labelled, what the outside knows keeps its name', () => {
  const labelled = labelGraph(chooser(), labels);
  const { nodes, inputs, outputs } = labelled.graph;
  expect(inputs.map(({ name }) => name)).toEqual(['x']);
  expect(outputs.map(({ name }) => name)).toEqual(['y']);
  expect(nodes.map(({ name }) => name)).toEqual(['<0>add', '<1>choose', '<2>sum']);
  expect(nodes[0]?.outputs).toEqual(['<0.0>double']);
  expect(nodes[1]?.captured).toEqual(['<0.0>double']);
});

test('nodes of sub-graphs are named after the node that holds them, each differently', () => {
  const choose = labelGraph(chooser(), labels).graph.nodeNamed('<1>choose');
  const inner = choose?.proto.attribute.flatMap(({ g }) => g?.node.map(({ name }) => name) ?? []);
  expect(inner).toEqual(['<1>choose/then_branch/0_scale', '<1>choose/else_branch/0_scale']);
});

test('a labelled model leaves the given one as it was, and can be written and read', () => {
  const model = chooser();
  const before = Buffer.concat(encodeModel(model));
  const bytes = Buffer.concat(encodeModel(labelGraph(model, labels)));
  expect(decodeModel(bytes).graph.nodes).toHaveLength(model.graph.nodes.length);
  expect(Buffer.concat(encodeModel(model)).equals(before)).toBe(true);
});

const shared = sharedModels();
const folder = shared?.folder ?? '';

/** For every node, which nodes make what it reads. */
function flowOf(graph: GraphView) {
  return graph.nodes.map(({ inputs, captured }) =>
    [...inputs, ...captured].map((tensor) => graph.producerOf(tensor)?.index),
  );
}

(shared ? describe : describe.skip)('exported models', () => {
  test.each(shared?.files ?? ['(absent)'])('%s keeps its flow of data under labels', async (file) => {
    const model = await readModelFile(join(folder, file));
    const labelled = labelGraph(model, labels);
    expect(labelled.graph.nodes.map(({ name }) => name)).toEqual(
      model.graph.nodes.map(({ index, name }) => `<${index}>${name}`),
    );
    expect(flowOf(labelled.graph)).toEqual(flowOf(model.graph));
  });
});

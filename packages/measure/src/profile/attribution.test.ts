import { GraphBuilder, type GraphView, labelGraph, type OnnxModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import { nodesOfKernels } from './attribution.js';
import { profileLabels } from './labels.js';

/** Convolution, batch norm and activation, and a sum with what came before: x → conv → bn → add(x) → relu → hardswish. */
function block(): OnnxModel {
  const graph = new GraphBuilder('block');
  const x = graph.input('x', 'float32', [1, 8, 4, 4]);
  const conv = graph.conv('conv', x, { in: 8, out: 8 });
  const sum = graph.add('add', graph.batchNorm('bn', conv), x);
  const relu = graph.relu('relu', sum);
  return graph.output(graph.node('HardSwish', [relu], {}, { name: 'swish' }), { as: 'y', dims: [1, 8, 4, 4] }).build();
}

/** What onnxruntime might make of the labelled block: nodes of any kind, name and tensors. */
function optimisedTo(
  nodes: readonly (readonly [opType: string, name: string, input: string, output: string])[],
): GraphView {
  const graph = new GraphBuilder('optimised');
  graph.input('x', 'float32', [1, 8, 4, 4]);
  for (const [opType, name, input, output] of nodes) graph.node(opType, [input], {}, { name, outputs: [output] });
  graph.output(nodes.at(-1)?.[3] ?? '', { dims: [1, 8, 4, 4] });
  return graph.build().graph;
}

const namesOf = (found: readonly (readonly { readonly name: string }[])[]) =>
  found.map((nodes) => nodes.map(({ name }) => name));

const labelled = labelGraph(block(), profileLabels).graph;
const labelledName = (node: string): string => labelled.nodes.find(({ name }) => name.endsWith(`#${node}`))?.name ?? '';
const labelledOutput = (node: string): string => labelled.nodeNamed(labelledName(node))?.outputs[0] ?? '';

test('a kernel that is named after a tensor did everything from its convolution to that tensor', () => {
  const kernels = [
    { name: `${labelledOutput('bn')}_nchwc`, opType: 'Conv' },
    { name: 'ReorderOutput', opType: 'ReorderOutput' },
    { name: labelledName('swish'), opType: 'HardSwish' },
  ];
  const optimised = optimisedTo([
    ['Conv', kernels[0]?.name ?? '', 'x', 'reorder_token_0'],
    ['ReorderOutput', 'ReorderOutput', 'reorder_token_0', labelledOutput('relu')],
    ['HardSwish', kernels[2]?.name ?? '', labelledOutput('relu'), 'y'],
  ]);
  expect(namesOf(nodesOfKernels(block().graph, kernels, optimised))).toEqual([
    ['conv', 'bn', 'add', 'relu'],
    [],
    ['swish'],
  ]);
});

test('names alone are enough where the optimised graph is not known', () => {
  const kernels = [
    { name: `${labelledName('conv')}_fused`, opType: 'FusedConv' },
    { name: labelledName('swish'), opType: 'HardSwish' },
  ];
  expect(namesOf(nodesOfKernels(block().graph, kernels, undefined))).toEqual([
    ['conv', 'bn', 'add', 'relu'],
    ['swish'],
  ]);
});

test('kernels that a node was split into all do its work, named or not', () => {
  const kernels = [
    { name: labelledName('conv'), opType: 'Conv' },
    { name: labelledName('add'), opType: 'Add' },
    { name: labelledName('relu'), opType: 'Relu' },
    { name: 'HardSigmoid_158', opType: 'HardSigmoid' },
    { name: 'Mul_159', opType: 'Mul' },
  ];
  const optimised = optimisedTo([
    ['Conv', labelledName('conv'), 'x', labelledOutput('bn')],
    ['Add', labelledName('add'), labelledOutput('bn'), labelledOutput('add')],
    ['Relu', labelledName('relu'), labelledOutput('add'), labelledOutput('relu')],
    ['HardSigmoid', '', labelledOutput('relu'), 'inlined'],
    ['Mul', '', 'inlined', 'y'],
  ]);
  expect(namesOf(nodesOfKernels(block().graph, kernels, optimised))).toEqual([
    ['conv', 'bn'],
    ['add'],
    ['relu'],
    ['swish'],
    ['swish'],
  ]);
});

test('a conversion that onnxruntime put in belongs to no node, although it writes the tensor of one', () => {
  const kernels = [
    { name: labelledName('conv'), opType: 'Conv' },
    { name: `InsertedPrecisionFreeCast_${labelledOutput('relu')}`, opType: 'Cast' },
    { name: labelledName('swish'), opType: 'HardSwish' },
  ];
  const optimised = optimisedTo([
    ['Conv', labelledName('conv'), 'x', `InsertedPrecisionFreeCast_${labelledOutput('relu')}`],
    ['Cast', kernels[1]?.name ?? '', `InsertedPrecisionFreeCast_${labelledOutput('relu')}`, labelledOutput('relu')],
    ['HardSwish', labelledName('swish'), labelledOutput('relu'), 'y'],
  ]);
  expect(namesOf(nodesOfKernels(block().graph, kernels, optimised))).toEqual([
    ['conv', 'bn', 'add', 'relu'],
    [],
    ['swish'],
  ]);
});

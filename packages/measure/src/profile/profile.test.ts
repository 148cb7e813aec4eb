import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parserOf, ProfileResult, resolveSpec } from '@espalier/contracts';
import { constantData, GraphBuilder, type OnnxModel, readModelFile } from '@espalier/onnx';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ModelFolder, modelFolder } from '../testing/model-folder.js';
import { addOne } from '../testing/small-models.js';
import { profile } from './profile.js';

const parseResult = parserOf('ProfileResult', ProfileResult);

/** Long enough for every kernel to show up, whatever it weighs. */
const quick = resolveSpec({ minRuns: 5, maxRuns: 40, maxSeconds: 2 });

let models: ModelFolder;

beforeAll(async () => {
  models = await modelFolder();
});

afterAll(() => models.remove());

/** A stem and residual blocks of two convolutions, each with a norm; nodes of all blocks share their names or have none. */
function residual(blocks: number, named: boolean): OnnxModel {
  const graph = new GraphBuilder('residual');
  const called = (name: string) => (named ? name : '');
  let x = graph.relu('', graph.conv('stem', graph.input('image', 'float32', ['batch', 3, 32, 32]), { out: 16 }));
  for (let block = 0; block < blocks; block++) {
    const name = (part: string) => `b${block}.${part}`;
    const first = graph.batchNorm(name('bn1'), graph.conv(name('conv1'), x, { out: 16 }));
    const relu = graph.node('Relu', [first], {}, { name: called(name('relu1')), outputs: [name('r1')], channels: 16 });
    const second = graph.batchNorm(name('bn2'), graph.conv(name('conv2'), relu, { out: 16 }));
    const sum = graph.node('Add', [second, x], {}, { name: called(name('add')), outputs: [name('sum')], channels: 16 });
    x = graph.node('Relu', [sum], {}, { name: called(name('relu2')), outputs: [name('out')], channels: 16 });
  }
  return graph.output(graph.globalAveragePool('pool', x), { as: 'features' }).build();
}

function branch(name: string) {
  const graph = new GraphBuilder(name);
  const y = graph.conv(`${name}Conv`, 'stem_out', { in: 8, out: 8 });
  return graph.output(y, { dims: [1, 8, 16, 16] }).toGraph();
}

/** A branch and a loop, whose bodies hold convolutions. */
function branchAndLoop(): OnnxModel {
  const body = new GraphBuilder('body');
  body.input('turn', 'int64', []);
  body.input('goOn', 'bool', []);
  body.input('state', 'float32', [1, 8, 16, 16]);
  body.output(body.identity('again', 'goOn'), { elementType: 'bool', dims: [] });
  body.output(body.conv('bodyConv', 'state', { in: 8, out: 8 }), { dims: [1, 8, 16, 16] });
  const graph = new GraphBuilder('branchAndLoop');
  const stem = graph.conv('stem', graph.input('image', 'float32', [1, 3, 16, 16]), { out: 8 });
  const zero = graph.initializer('zero', constantData([], Float32Array.of(0)));
  const max = graph.node('ReduceMax', [stem], { keepdims: 0 }, { name: 'max' });
  const condition = graph.node('Greater', [max, zero], {}, { name: 'isPositive' });
  const branches = { then_branch: branch('yes'), else_branch: branch('no') };
  const chosen = graph.node('If', [condition], branches, { name: 'choose' });
  const count = graph.initializer('count', constantData([], BigInt64Array.of(3n)));
  const truth = graph.initializer('truth', constantData([], Uint8Array.of(1), { as: 'bool' }));
  const end = graph.node('Loop', [count, truth, chosen], { body: body.toGraph() }, { name: 'repeat' });
  return graph.output(end, { as: 'y', dims: [1, 8, 16, 16] }).build();
}

/** All shares of a profile; what makes the whole run. */
function total({ kernels, runtime, unexplained }: ProfileResult): number {
  return kernels.reduce((sum, { share }) => sum + share, 0) + runtime.share + unexplained;
}

test.each([true, false])(
  'kernels of a residual network go back to its nodes after fusion (nodes have names: %s)',
  async (named) => {
    const model = residual(3, named);
    const { nodes } = model.graph;
    const blocks = [0, 1, 2].map((index) => ({
      index,
      name: `b${index}`,
      nodes: nodes.slice(2 + 7 * index, 9 + 7 * index).map(({ name }) => name),
    }));
    const result = await profile({ modelPath: await models.write('residual.onnx', model), blocks, spec: quick });
    expect(parseResult(result)).toEqual(result);
    expect(total(result)).toBeCloseTo(1, 9);
    const withKernel = new Set(result.kernels.flatMap((kernel) => kernel.nodes));
    expect(withKernel).toEqual(new Set(nodes.map(({ name }) => name)));
    for (const block of result.blocks ?? []) {
      expect(block.share).toBeGreaterThan(0);
      expect(block.kernels).toBeLessThanOrEqual(7);
    }
    const shares = (result.blocks ?? []).reduce((sum, { share }) => sum + share, result.rest.share);
    expect(shares + result.runtime.share + result.unexplained).toBeCloseTo(1, 9);
    expect(result.placement).toEqual({ cpu: result.kernels.length });
    expect(result.runs).toBeGreaterThanOrEqual(5);
  },
);

test('without fusion every node is a kernel of its own', async () => {
  const model = residual(1, true);
  const modelPath = await models.write('plain.onnx', model);
  const { kernels, blocks, rest } = await profile({ modelPath, spec: { ...quick, graphOptimization: 'disabled' } });
  expect(kernels.map(({ nodes }) => nodes)).toEqual(model.graph.nodes.map(({ name }) => [name]));
  expect(blocks).toBeNull();
  expect(rest.share).toBeCloseTo(
    kernels.reduce((sum, { share }) => sum + share, 0),
    12,
  );
});

test('kernels in sub-graphs go back to the node that holds them, and their time counts once', async () => {
  const modelPath = await models.write('branches.onnx', branchAndLoop());
  const result = await profile({ modelPath, spec: { ...quick, graphOptimization: 'disabled' } });
  const holders = result.kernels.filter(({ opType }) => opType === 'Conv').map(({ nodes }) => nodes);
  expect(holders).toEqual([['stem'], ['choose'], ['repeat']]);
  expect(total(result)).toBeCloseTo(1, 9);
  expect(result.runtime.share).toBeGreaterThan(0);
});

test('a run in parallel execution mode still makes a whole', async () => {
  const modelPath = await models.write('parallel.onnx', residual(2, true));
  const spec = resolveSpec({ ...quick, executionMode: 'parallel', interOpThreads: 2 });
  const result = await profile({ modelPath, spec });
  expect(total(result)).toBeCloseTo(1, 9);
  expect(result.runtime.share).toBeGreaterThan(-0.01);
});

test('one kernel is enough, and a provider that does not exist is refused', async () => {
  const modelPath = await models.write('one.onnx', addOne([4]));
  const { kernels } = await profile({ modelPath, spec: quick });
  expect(kernels.map(({ opType, nodes }) => [opType, nodes])).toEqual([['Add', ['add']]]);
  await expect(profile({ modelPath, spec: { ...quick, provider: 'abacus' } })).rejects.toMatchObject({
    code: 'provider-unavailable',
  });
});

const shared = fileURLToPath(new URL('../../../../../shared/models', import.meta.url));
const isShared = existsSync(shared);
if (!isShared) process.stderr.write(`skipped: the exported models are not at ${shared}\n`);

(isShared ? describe : describe.skip)('models exported by real tools', () => {
  test.each([
    'resnet20_cifar10_trained_bn',
    'resnet_small_qdq_op13',
    'resnet20_fp16',
    'mobilenet_v3_small_op14',
    'convnext_small_op17',
    'vit_4layers_op15',
    'text_encoder_postnorm_op14',
    'shufflenet_v1_g3_half_dyn_op11',
    'if_loop_scripted_op13',
  ])('every node of %s that computes something is found in a kernel', async (name) => {
    const modelPath = join(shared, `${name}.onnx`);
    const { graph } = await readModelFile(modelPath);
    const result = await profile({ modelPath, spec: quick });
    expect(total(result)).toBeCloseTo(1, 9);
    const withKernel = new Set(result.kernels.flatMap((kernel) => kernel.nodes));
    const computing = graph.nodes.filter(({ outputs }) => outputs.some((tensor) => !graph.isConstant(tensor)));
    expect(computing.map((node) => node.name).filter((node) => !withKernel.has(node))).toEqual([]);
    const holders = new Set(graph.nodes.filter(({ hasSubgraph }) => hasSubgraph).map((node) => node.name));
    const convolutions = graph.nodes.filter(({ opType }) => opType === 'Conv').map((node) => node.name);
    const outer = result.kernels.filter(({ opType, nodes }) => opType.endsWith('Conv') && !holders.has(nodes[0] ?? ''));
    expect(outer).toHaveLength(convolutions.length);
    expect(new Set(outer.map(({ nodes }) => nodes[0]))).toEqual(new Set(convolutions));
  });
});

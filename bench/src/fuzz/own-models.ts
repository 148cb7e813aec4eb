import { constantData, GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { constantsModel, nestedIfModel, residualModel } from '@espalier/onnx/testing';
import { buildZooModel } from '@espalier/zoo';

const IMAGE = [1, 4, 8, 8] as const;
const TOKENS = [1, 6, 8] as const;

/** Small models of every kind of structure that the surgery treats in its own way. */
export function ownModels(): ReadonlyMap<string, OnnxModel> {
  return new Map([
    ['residual', residualModel()],
    ['nested-if', nestedIfModel()],
    ['constants', constantsModel()],
    ['resnet20', buildZooModel('resnet20')],
    ['single-path', singlePath()],
    ['separable', separable()],
    ['shuffle', shuffle()],
    ['encoder-decoder', encoderDecoder()],
    ['attention', attention()],
  ]);
}

/** Convolutions of growing width, pools, Flatten and linear layers. */
function singlePath(): OnnxModel {
  const g = new GraphBuilder('single-path', { seed: 1 });
  let x = g.input('x', 'float32', IMAGE);
  for (const [index, out] of [8, 8, 12].entries()) {
    x = g.relu(`r${index}`, g.batchNorm(`n${index}`, g.conv(`c${index}`, x, { out, bias: index === 1 })));
  }
  const flat = g.flatten('flat', g.maxPool('pool', x, { kernel: 2 }));
  const hidden = g.relu('r3', g.gemm('fc0', flat, { in: 12 * 4 * 4, out: 16 }));
  return g.output(g.gemm('fc2', g.relu('r4', g.gemm('fc1', hidden, { in: 16, out: 16 })), { in: 16, out: 5 })).build();
}

/** Inverted bottlenecks with a gate on the channels. */
function separable(): OnnxModel {
  const g = new GraphBuilder('separable', { seed: 2 });
  let x = g.conv('stem', g.input('x', 'float32', IMAGE), { out: 8 });
  for (const name of ['a', 'b']) {
    const wide = g.node(
      'Clip',
      [g.conv(`${name}.expand`, x, { out: 16, kernel: 1 })],
      {},
      { name: `${name}.clip`, channels: 16 },
    );
    const deep = g.relu(`${name}.relu`, g.conv(`${name}.depthwise`, wide, { out: 16, group: 16 }));
    const squeezed = g.relu(
      `${name}.se.relu`,
      g.conv(`${name}.se.0`, g.globalAveragePool(`${name}.se.pool`, deep), { out: 4, kernel: 1, bias: true }),
    );
    const gate = g.node(
      'Sigmoid',
      [g.conv(`${name}.se.1`, squeezed, { out: 16, kernel: 1, bias: true })],
      {},
      { name: `${name}.gate`, channels: 16 },
    );
    const scaled = g.node('Mul', [deep, gate], {}, { name: `${name}.scale`, channels: 16 });
    x = g.add(`${name}.add`, x, g.conv(`${name}.project`, scaled, { out: 8, kernel: 1 }));
  }
  return g.output(x).build();
}

/** Channels split in two, one half transformed, joined and shuffled by Reshape and Transpose. */
function shuffle(): OnnxModel {
  const g = new GraphBuilder('shuffle', { seed: 3, opset: 13 });
  let x = g.conv('stem', g.input('x', 'float32', IMAGE), { out: 8 });
  for (const name of ['a', 'b']) {
    const halves = [`${name}.left`, `${name}.right`];
    g.node('Split', [x, g.ints(`${name}.sizes`, [4, 4])], { axis: 1 }, { name: `${name}.split`, outputs: halves });
    const branch = g.relu(`${name}.relu`, g.conv(`${name}.conv`, halves[1] ?? '', { in: 4, out: 4, group: 2 }));
    const joined = g.node('Concat', [halves[0] ?? '', branch], { axis: 1 }, { name: `${name}.cat` });
    const grouped = g.node('Reshape', [joined, g.ints(`${name}.grouped`, [1, 2, 4, 8, 8])], {}, { name: `${name}.in` });
    const turned = g.node('Transpose', [grouped], { perm: [0, 2, 1, 3, 4] }, { name: `${name}.turn` });
    x = g.node('Reshape', [turned, g.ints(`${name}.flat`, [0, -1, 8, 8])], {}, { name: `${name}.out`, channels: 8 });
  }
  return g.output(g.conv('head', x, { out: 3, kernel: 1 })).build();
}

/** Two levels down and up again, by a transposed convolution and by Resize, with skips. */
function encoderDecoder(): OnnxModel {
  const g = new GraphBuilder('encoder-decoder', { seed: 4 });
  const top = g.relu('e0.relu', g.conv('e0', g.input('x', 'float32', IMAGE), { out: 4 }));
  const middle = g.relu('e1.relu', g.conv('e1', g.maxPool('p0', top, { kernel: 2 }), { out: 8 }));
  const bottom = g.relu('e2.relu', g.conv('e2', g.maxPool('p1', middle, { kernel: 2 }), { out: 8 }));
  const up = g.node(
    'ConvTranspose',
    [bottom, g.uniform('u1.weight', [8, 8, 2, 2], [-0.2, 0.2])],
    { strides: [2, 2] },
    { name: 'u1', channels: 8 },
  );
  const d1 = g.relu('d1.relu', g.conv('d1', g.concat('cat1', [middle, up]), { out: 4 }));
  const scales = g.initializer('scales', constantData([4], Float32Array.of(1, 1, 2, 2)));
  const resized = g.node('Resize', [d1, '', scales], { mode: 'nearest' }, { name: 'u0', channels: 4 });
  return g.output(g.conv('d0', g.concat('cat0', [top, resized]), { out: 2 })).build();
}

/** A transformer's encoder layer: attention with two heads, and an MLP, each behind a norm and beside a shortcut. */
function attention(): OnnxModel {
  const g = new GraphBuilder('attention', { seed: 5 });
  const x = g.input('x', 'float32', TOKENS);
  const norm = (name: string, y: string): string =>
    g.node(
      'LayerNormalization',
      [y, g.uniform(`${name}.weight`, [8], [0.5, 1.5]), g.uniform(`${name}.bias`, [8], [-1, 1])],
      { axis: -1 },
      { name },
    );
  const linear = (name: string, y: string, [from, to]: readonly [number, number]): string =>
    g.add(
      `${name}.add`,
      g.node('MatMul', [y, g.uniform(`${name}.weight`, [from, to], [-0.4, 0.4])], {}, { name }),
      g.uniform(`${name}.bias`, [to], [-0.1, 0.1]),
    );
  const normed = norm('ln1', x);
  const shape = g.ints('heads', [1, 6, 2, 4]);
  const head = (name: string, perm: readonly number[]): string =>
    g.node(
      'Transpose',
      [g.node('Reshape', [linear(name, normed, [8, 8]), shape], {}, { name: `${name}.heads` })],
      { perm },
      { name: `${name}.turn` },
    );
  const product = g.node('MatMul', [head('q', [0, 2, 1, 3]), head('k', [0, 2, 3, 1])], {}, { name: 'scores' });
  const weights = g.node('Softmax', [product], { axis: -1 }, { name: 'softmax' });
  const mixed = g.node('MatMul', [weights, head('v', [0, 2, 1, 3])], {}, { name: 'mix' });
  const joined = g.node(
    'Reshape',
    [g.node('Transpose', [mixed], { perm: [0, 2, 1, 3] }, { name: 'join' }), g.ints('joined', [1, 6, 8])],
    {},
    { name: 'flat' },
  );
  const attended = g.add('res1', x, linear('proj', joined, [8, 8]));
  const inner = g.node('Erf', [linear('mlp.0', norm('ln2', attended), [8, 16])], {}, { name: 'act' });
  return g.output(g.add('res2', attended, linear('mlp.1', inner, [16, 8]))).build();
}

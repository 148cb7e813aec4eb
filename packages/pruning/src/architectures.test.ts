import { constantData, GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import { findBlocks } from './find.js';
import { traceModel } from './testing/run-model.js';

/** Names of the blocks; those that cannot go in brackets. */
async function blocksOf(model: OnnxModel): Promise<string[]> {
  const blocks = findBlocks(model, await traceModel(model), 'block');
  return blocks.map(({ name, removable }) => (removable ? name : `(${name})`));
}

function unit(
  g: GraphBuilder,
  name: string,
  x: string,
  out: number,
  options: { kernel?: number; group?: number; stride?: number } = {},
): string {
  return g.relu(`${name}.relu`, g.batchNorm(`${name}.bn`, g.conv(`${name}.conv`, x, { out, ...options })));
}

/** Twice as large, by repeating pixels. */
function upsample(g: GraphBuilder, name: string, x: string): string {
  const scales = g.initializer(`${name}.scales`, constantData([4], Float32Array.of(1, 1, 2, 2)));
  return g.node('Resize', [x, '', scales], { mode: 'nearest' }, { name, channels: g.channelsOf(x) });
}

test('a U-Net is made of convolution units and its innermost level', async () => {
  const g = new GraphBuilder('unet', { seed: 1 });
  let x = unit(g, 'enc0.b', unit(g, 'enc0.a', g.input('x', 'float32', [1, 3, 16, 16]), 8), 8);
  const first = x;
  x = unit(g, 'enc1.b', unit(g, 'enc1.a', g.maxPool('pool0', x, { kernel: 2 }), 16), 16);
  const second = x;
  x = upsample(g, 'up1', unit(g, 'mid', g.maxPool('pool1', x, { kernel: 2 }), 16));
  x = unit(g, 'dec1.b', unit(g, 'dec1.a', g.concat('cat1', [second, x]), 16), 16);
  x = unit(g, 'dec0.b', unit(g, 'dec0.a', g.concat('cat0', [first, upsample(g, 'up0', x)]), 8), 8);
  expect(await blocksOf(g.output(x, { as: 'y' }).build())).toEqual([
    'enc0.a.conv',
    'enc0.b.conv',
    'enc1.a.conv',
    'enc1.b.conv',
    'mid.conv',
    'dec1.a.conv',
    'dec1.b.conv',
    '(dec0.a.conv)',
    'dec0.b.conv',
  ]);
});

test('a cross-stage network has the residual blocks inside its stages', async () => {
  const g = new GraphBuilder('csp', { seed: 1 });
  const stage = (name: string, x: string): string => {
    const half = g.channelsOf(x) / 2;
    const trunk = ['m0', 'm1'].reduce(
      (from, inner) => {
        const path = `${name}.${inner}`;
        return g.add(
          `${path}.add`,
          from,
          unit(g, `${path}.cv2`, unit(g, `${path}.cv1`, from, half, { kernel: 1 }), half),
        );
      },
      unit(g, `${name}.cv1`, x, half, { kernel: 1 }),
    );
    const aside = unit(g, `${name}.cv2`, x, half, { kernel: 1 });
    return unit(g, `${name}.cv3`, g.concat(`${name}.cat`, [trunk, aside]), half * 4, { kernel: 1 });
  };
  const x = unit(g, 'stem', g.input('x', 'float32', [1, 3, 16, 16]), 8);
  const model = g.output(stage('s1', stage('s0', x)), { as: 'y' }).build();
  expect(await blocksOf(model)).toEqual(['s0.m0', 's0.m1', 's1.m0', 's1.m1']);
});

test('a residual block that splits its channels inside is one block', async () => {
  const g = new GraphBuilder('res2net', { seed: 1 });
  const block = (name: string, x: string): string => {
    const parts = [0, 1, 2, 3].map((index) => `${name}.part${index}`);
    const squeezed = unit(g, `${name}.in`, x, 16, { kernel: 1 });
    g.node(
      'Split',
      [squeezed, g.ints(`${name}.sizes`, [4, 4, 4, 4])],
      { axis: 1 },
      { name: `${name}.split`, outputs: parts, channels: 4 },
    );
    const mixed = parts.slice(0, 3).reduce<string[]>((done, part, index) => {
      const before = done.at(-1);
      const from = before === undefined ? part : g.node('Add', [before, part], {}, { name: `${name}.mix${index}` });
      return [
        ...done,
        g.node('Relu', [g.conv(`${name}.k${index}`, from, { in: 4, out: 4 })], {}, { name: `${name}.r${index}` }),
      ];
    }, []);
    const all = g.node('Concat', [...mixed, parts[3] ?? ''], { axis: 1 }, { name: `${name}.cat`, channels: 16 });
    return g.relu(`${name}.relu`, g.add(`${name}.add`, x, g.conv(`${name}.out`, all, { out: 16, kernel: 1 })));
  };
  const model = g.output(block('b1', block('b0', g.input('x', 'float32', [1, 16, 8, 8]))), { as: 'y' }).build();
  expect(await blocksOf(model)).toEqual(['b0', 'b1']);
});

test('branches that are all weighted and added twice are one block', async () => {
  const g = new GraphBuilder('repvgg', { seed: 1 });
  const block = (name: string, x: string): string => {
    const large = g.batchNorm(`${name}.bn3`, g.conv(`${name}.conv3`, x, { out: 8 }));
    const small = g.batchNorm(`${name}.bn1`, g.conv(`${name}.conv1`, x, { out: 8, kernel: 1 }));
    return g.relu(
      `${name}.relu`,
      g.add(`${name}.add2`, g.add(`${name}.add1`, large, small), g.batchNorm(`${name}.bn`, x)),
    );
  };
  const model = g.output(block('b1', block('b0', g.input('x', 'float32', [1, 8, 8, 8]))), { as: 'y' }).build();
  expect(await blocksOf(model)).toEqual(['b0', 'b1']);
});

test('in a network of factorised convolutions each pair is a block', async () => {
  const g = new GraphBuilder('mobilenet', { seed: 1 });
  let x = unit(g, 'stem', g.input('x', 'float32', [1, 3, 16, 16]), 8);
  for (const [index, out] of [16, 16, 32, 32].entries()) {
    const depthwise = unit(g, `b${index}.dw`, x, g.channelsOf(x), {
      group: g.channelsOf(x),
      stride: index === 2 ? 2 : 1,
    });
    x = unit(g, `b${index}.pw`, depthwise, out, { kernel: 1 });
  }
  expect(await blocksOf(g.output(x, { as: 'y' }).build())).toEqual(['(b0)', 'b1', '(b2)', 'b3']);
});

test('attention with separate projections is one residual block, its feed-forward part another', async () => {
  const [tokens, width] = [4, 16];
  const g = new GraphBuilder('attention', { seed: 1 });
  const linear = (name: string, x: string, fanIn: number, out: number): string => {
    const product = g.node(
      'MatMul',
      [x, g.heWeights(`${name}.w`, [fanIn, out], fanIn)],
      {},
      { name: `${name}.matmul` },
    );
    return g.node('Add', [product, g.uniform(`${name}.b`, [out], [0, 1])], {}, { name: `${name}.bias` });
  };
  const norm = (name: string, x: string): string => {
    const weights = [g.uniform(`${name}.g`, [width], [1, 2]), g.uniform(`${name}.b`, [width], [0, 1])];
    return g.node('LayerNormalization', [x, ...weights], {}, { name });
  };
  const layer = (name: string, x: string): string => {
    const normed = norm(`${name}.norm1`, x);
    const [q = '', k = '', v = ''] = ['q', 'k', 'v'].map((part) =>
      linear(`${name}.attn.${part}`, normed, width, width),
    );
    const scores = g.node(
      'MatMul',
      [q, g.node('Transpose', [k], { perm: [0, 2, 1] }, { name: `${name}.attn.kt` })],
      {},
      { name: `${name}.attn.qk` },
    );
    const weighted = g.node(
      'MatMul',
      [g.node('Softmax', [scores], { axis: -1 }, { name: `${name}.attn.softmax` }), v],
      {},
      { name: `${name}.attn.av` },
    );
    const attended = g.node('Add', [x, linear(`${name}.attn.o`, weighted, width, width)], {}, { name: `${name}.add1` });
    const inner = g.node(
      'Relu',
      [linear(`${name}.mlp.up`, norm(`${name}.norm2`, attended), width, 32)],
      {},
      { name: `${name}.mlp.relu` },
    );
    return g.node('Add', [attended, linear(`${name}.mlp.down`, inner, 32, width)], {}, { name: `${name}.add2` });
  };
  const model = g.output(layer('l1', layer('l0', g.input('x', 'float32', [1, tokens, width]))), { as: 'y' }).build();
  expect(await blocksOf(model)).toEqual(['l0', 'l0.mlp', 'l1', 'l1.mlp']);
});

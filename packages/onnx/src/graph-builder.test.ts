import { expect, test } from '@jest/globals';
import { GraphBuilder } from './graph-builder.js';
import { seededRandom, seededValues } from './random.js';
import { randomTensor, runModel } from './testing/run-model.js';

function weightOf(seed: number, name: string, layersBefore: number): Float32Array | undefined {
  const g = new GraphBuilder('any', { seed });
  let x = g.input('x', 'float32', [1, 4, 8, 8]);
  for (let index = 0; index < layersBefore; index++) x = g.conv(`before${index}`, x, { out: 4 });
  return g
    .output(g.conv(name, x, { out: 4 }))
    .build()
    .graph.initializer(`${name}.weight`)
    ?.toFloat32();
}

function draw(seed: string | number): number[] {
  return Array.from({ length: 20_000 }, seededRandom(seed));
}

test('a layer has the same weights in every graph of the same seed, and others under another seed or name', () => {
  expect(weightOf(1, 'conv', 0)).toEqual(weightOf(1, 'conv', 3));
  expect(weightOf(1, 'conv', 0)).not.toEqual(weightOf(2, 'conv', 0));
  expect(weightOf(1, 'conv', 0)).not.toEqual(weightOf(1, 'conw', 0));
});

test('every layer can be run, and follows the channels by itself', async () => {
  const g = new GraphBuilder('all', { seed: 1 });
  const x = g.input('x', 'float32', ['batch', 3, 16, 16]);
  const stem = g.maxPool('pool', g.relu('r', g.batchNorm('bn', g.conv('c', x, { out: 8, stride: 2, bias: true }))), {
    kernel: 2,
  });
  const wide = g.concat('cat', [g.identity('i', stem), g.conv('depthwise', stem, { out: 8, group: 8 })]);
  expect(g.channelsOf(wide)).toBe(16);
  const pooled = g.globalAveragePool('gap', g.add('sum', wide, g.conv('one', wide, { out: 16, kernel: 1 })));
  g.output(g.gemm('fc', g.flatten('flat', pooled), { out: 5 }), { as: 'logits', dims: ['batch', 5] });
  const outputs = await runModel(g.build(), { x: randomTensor([2, 3, 16, 16]) });
  expect(outputs['logits']).toHaveLength(10);
});

test('a layer over a tensor of unknown width is refused with what to pass', () => {
  const g = new GraphBuilder('unknown');
  const x = g.input('x', 'float32', ['a', 'b', 4, 4]);
  expect(() => g.conv('c', x, { out: 4 })).toThrow(expect.objectContaining({ code: 'builder-misuse' }));
  expect(g.conv('c', x, { in: 3, out: 4 })).toBe('c_out');
});

test('random numbers follow from the seed alone and are uniform', () => {
  expect(draw(1)).toEqual(draw('1'));
  expect(draw('a')).not.toEqual(draw('b'));
  const values = draw('uniform');
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  const bins = Array.from({ length: 10 }, (_, bin) => values.filter((value) => Math.floor(value * 10) === bin).length);
  const chiSquare = bins.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
  expect(chiSquare).toBeLessThan(27.9); // 9 degrees of freedom, p = 0.001; the seed is fixed, so this cannot flicker
});

test('seeds that differ in one letter give streams that do not resemble each other', () => {
  const a = seededValues('layer1.0.conv1', 10_000, -1, 1);
  const b = seededValues('layer1.0.conv2', 10_000, -1, 1);
  const product = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0) / 10_000;
  expect(Math.abs(product)).toBeLessThan(0.01); // three standard errors of a product of independent values
});

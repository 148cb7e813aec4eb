import { constantData, GraphBuilder, type OnnxModel } from '@espalier/onnx';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { summarise } from '../find.js';
import { runModel, traceModel, valuesOf } from '../testing/run-model.js';
import { findFilterGroups } from './find-groups.js';
import type { FilterGroup } from './group.js';
import { maskFilters } from './mask-filters.js';
import { withNeeds } from './needs.js';
import { removeFilters } from './remove-filters.js';

type Network = (g: GraphBuilder, x: string) => string;

/** An image, a network, and a head of five classes behind it. */
function classifier(network: Network, opset = 17): OnnxModel {
  const g = new GraphBuilder('classifier', { seed: 3, opset });
  const x = network(g, g.input('x', 'float32', ['batch', 3, 8, 8]));
  const y = g.gemm('fc', g.flatten('flat', g.globalAveragePool('pool', x)), { out: 5 });
  return g.output(y, { as: 'y' }).build();
}

const IMAGE = { x: [1, 3, 8, 8] };

async function groupsOf(model: OnnxModel): Promise<readonly FilterGroup[]> {
  return findFilterGroups(model, await traceModel(model, IMAGE));
}

function summaries(groups: readonly FilterGroup[]): string[] {
  return groups.map(({ name, filters, producers, consumers, reason }) =>
    reason === undefined ? `${name} ${filters}: ${producers.join()} → ${consumers.join()}` : `${name}: ${reason}`,
  );
}

/** Whether all filters are of one size, whichever others are there. */
function hasEqualFilters({ filters, slices, needsOneOf = [] }: FilterGroup): boolean {
  const isEven = slices.every(({ indicesOf }) =>
    Array.from({ length: filters }, (_, filter) => indicesOf(filter).length).every(
      (count) => count === indicesOf(0).length,
    ),
  );
  return isEven && needsOneOf.length === 0 && new Set(slices.map(({ tensor }) => tensor)).size === slices.length;
}

/** Removing filters whose weights are all zero changes nothing, for any filters that stay. */
async function expectExact(model: OnnxModel): Promise<void> {
  const shapes = await traceModel(model, IMAGE);
  const groups = findFilterGroups(model, shapes);
  const prunable = groups.filter((group) => group.prunable);
  const before = summarise(model, shapes);
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(...prunable.map((group) => fc.subarray([...Array(group.filters).keys()], { minLength: 1 }))),
      async (lists) => {
        const keep = new Map(prunable.map((group, index) => [group.name, withNeeds(group, lists[index] ?? [0])]));
        const pruned = removeFilters(model, shapes, keep);
        const [expected, found] = [
          await runModel(maskFilters(model, groups, keep), IMAGE),
          await runModel(pruned, IMAGE),
        ];
        for (const [name, tensor] of Object.entries(expected)) {
          expect(found[name]?.dims).toEqual(tensor.dims);
          const values = valuesOf(found[name]);
          for (const [index, value] of valuesOf(tensor).entries()) expect(values[index]).toBeCloseTo(value, 4);
        }
      },
    ),
    { numRuns: 4, seed: 1 },
  );
  for (const group of prunable.filter(hasEqualFilters)) {
    const pruned = removeFilters(model, shapes, new Map([[group.name, [0]]]));
    const after = summarise(pruned, await traceModel(pruned, IMAGE));
    expect(before.parameters - after.parameters).toBeCloseTo(
      (group.parameters * (group.filters - 1)) / group.filters,
      6,
    );
  }
}

test('a layer and all layers that are added to its own form one group; its norm goes with it', async () => {
  const model = classifier((g, x) => {
    const stem = g.relu('r0', g.batchNorm('bn', g.conv('stem', x, { out: 6 })));
    const branch = g.conv('c2', g.relu('r1', g.conv('c1', stem, { out: 4, bias: true })), { out: 6 });
    return g.relu('r2', g.add('add', branch, stem));
  });
  const groups = await groupsOf(model);
  expect(summaries(groups)).toEqual([
    'stem 6: stem,c2 → c1,fc',
    'c1 4: c1 → c2',
    'fc: an output of the model, "y", made by node "fc"',
  ]);
  const slices = groups[0]?.slices.map(({ tensor, axis, role }) => `${tensor}.${axis} ${role}`);
  expect(slices).toEqual([
    'stem.weight.0 makes',
    'bn.weight.0 scales',
    'bn.bias.0 scales',
    'bn.running_mean.0 scales',
    'bn.running_var.0 scales',
    'c1.weight.1 reads',
    'c2.weight.0 makes',
    'fc.weight.1 reads',
  ]);
  await expectExact(model);
});

test('the pieces of a Concat go on their own, and Split follows its parts', async () => {
  const model = classifier((g, x) => {
    const joined = g.concat('cat', [g.conv('a', x, { out: 4 }), g.conv('b', x, { out: 6, bias: true })]);
    const wide = g.relu('r', joined);
    const parts = ['p', 'q'];
    g.node('Split', [wide, g.ints('sizes', [3, 7])], { axis: 1 }, { name: 'split', outputs: parts, channels: 3 });
    const p = g.conv('cp', 'p', { in: 3, out: 5 });
    return g.add('add', p, g.conv('cq', 'q', { in: 7, out: 5 }));
  });
  const groups = await groupsOf(model);
  expect(summaries(groups).slice(0, 2)).toEqual(['a 4: a → cp,cq', 'b 6: b → cq']);
  await expectExact(model);
});

test('a part of a layer that is read on its own keeps a filter', async () => {
  const model = classifier((g, x) => {
    const wide = g.relu('r', g.conv('a', x, { out: 6 }));
    const cut = (name: string, from: number, to: number): string =>
      g.node(
        'Slice',
        [wide, g.ints(`${name}.s`, [from]), g.ints(`${name}.e`, [to]), g.ints(`${name}.a`, [1])],
        {},
        { name },
      );
    return g.add(
      'add',
      g.conv('l', cut('left', 0, 2), { in: 2, out: 4 }),
      g.conv('r2', cut('right', 2, 99), { in: 4, out: 4 }),
    );
  });
  const [group] = await groupsOf(model);
  expect(group?.needsOneOf).toEqual([
    [0, 1],
    [2, 3, 4, 5],
  ]);
  const shapes = await traceModel(model, IMAGE);
  expect(() => removeFilters(model, shapes, new Map([['a', [0, 1]]]))).toThrow(
    expect.objectContaining({ code: 'filters-none-left', message: expect.stringContaining('"right"') }),
  );
  expect(group && withNeeds(group, [0, 1])).toEqual([0, 2]);
  await expectExact(model);
});

test('depthwise and many small groups go as a whole, with what they read', async () => {
  const model = classifier((g, x) => {
    const wide = g.relu('r1', g.conv('expand', x, { out: 8, kernel: 1 }));
    const mixed = g.relu('r2', g.conv('depthwise', wide, { out: 8, group: 8, bias: true }));
    return g.conv('grouped', mixed, { out: 12, group: 4 });
  });
  expect(summaries(await groupsOf(model)).slice(0, 1)).toEqual(['expand 4: expand,depthwise,grouped → fc']);
  await expectExact(model);
});

test('few large groups give up the channel at the same place, through a shuffle', async () => {
  const model = classifier((g, x) => {
    const wide = g.relu('r1', g.conv('c1', x, { out: 8 }));
    const grouped = g.relu('r2', g.conv('c2', wide, { out: 8, group: 2 }));
    const split = g.node('Reshape', [grouped, g.ints('s1', [0, 2, 4, 8, 8])], {}, { name: 'split' });
    const turned = g.node('Transpose', [split], { perm: [0, 2, 1, 3, 4] }, { name: 'turn' });
    const shuffled = g.node('Reshape', [turned, g.ints('s2', [0, 8, 8, 8])], {}, { name: 'join', channels: 8 });
    return g.conv('c3', shuffled, { out: 6 });
  });
  expect(summaries(await groupsOf(model)).slice(0, 2)).toEqual(['c1 4: c1 → c2', 'c2 4: c2 → c3']);
  await expectExact(model);
});

/** Groups of channels are mixed: as a matrix with `rows` rows, turned. */
function shuffle(g: GraphBuilder, x: string, name: string, rows: number): string {
  const width = g.channelsOf(x);
  const shape = [0, rows, width / rows, 8, 8];
  const apart = g.node('Reshape', [x, g.ints(`${name}.apart`, shape)], {}, { name: `${name}.split` });
  const turned = g.node('Transpose', [apart], { perm: [0, 2, 1, 3, 4] }, { name: `${name}.turn` });
  return g.node('Reshape', [turned, g.ints(`${name}.whole`, [0, width, 8, 8])], {}, { name, channels: width });
}

test.each([
  ['by group', 3, 3],
  ['by place', 10, 2],
])(
  'groups that do not divide each other give up runs through a shuffle %s, and what is left over stays',
  async (_, rows, runs) => {
    const model = classifier((g, x) => {
      const stem = g.relu('r0', g.conv('stem', x, { out: 12 }));
      const first = g.relu('r1', g.conv('c1', stem, { out: 30, group: 3, kernel: 1 }));
      const mixed = g.conv('depthwise', shuffle(g, first, 'shuffle', rows), { out: 30, group: 30 });
      const branch = g.conv('c2', mixed, { out: 24, group: 3, kernel: 1 });
      const joined = g.relu('r2', g.concat('cat', [stem, branch]));
      return g.add('add', joined, g.conv('c3', joined, { out: 36, group: 3, kernel: 1 }));
    });
    const prunable = (await groupsOf(model)).filter((group) => group.prunable);
    // Runs of three. In front of a shuffle by place they begin at 0, and two of each group of ten lie in it as a whole.
    expect(prunable.map(({ name, filters }) => [name, filters])).toContainEqual(['c1', runs]);
    await expectExact(model);
  },
);

test('behind a Flatten a filter is as many features as it has pixels', async () => {
  const g = new GraphBuilder('flat', { seed: 4 });
  const c = g.relu('r', g.conv('c', g.input('x', 'float32', [1, 3, 8, 8]), { out: 4 }));
  const flat = g.node('Reshape', [c, g.ints('shape', [1, 256])], {}, { name: 'flat' });
  const model = g.output(g.gemm('fc', flat, { in: 256, out: 5 }), { as: 'y' }).build();
  const [group] = await groupsOf(model);
  const reads = group?.slices.find(({ role }) => role === 'reads');
  expect(reads?.indicesOf(2)).toEqual(Array.from({ length: 64 }, (_, index) => 128 + index));
  await expectExact(model);
});

test('a gate ties the channels that it makes to those that it scales', async () => {
  const model = classifier((g, x) => {
    const c = g.relu('r', g.conv('c', x, { out: 8 }));
    const small = g.relu('sr', g.conv('squeeze', g.globalAveragePool('gap', c), { out: 3, kernel: 1, bias: true }));
    const gate = g.node(
      'HardSigmoid',
      [g.conv('excite', small, { out: 8, kernel: 1, bias: true })],
      {},
      { name: 'hs' },
    );
    return g.node('Mul', [c, gate], {}, { name: 'mul', channels: 8 });
  });
  expect(summaries(await groupsOf(model)).slice(0, 2)).toEqual([
    'c 8: c,excite → squeeze,fc',
    'squeeze 3: squeeze → excite',
  ]);
  await expectExact(model);
});

test('a transposed convolution keeps its filters along the second axis', async () => {
  const model = classifier((g, x) => {
    const c = g.relu('r', g.conv('c', x, { out: 6 }));
    const weight = g.heWeights('up.weight', [6, 4, 2, 2], 24);
    const up = g.node('ConvTranspose', [c, weight], { strides: [2, 2] }, { name: 'up', channels: 4 });
    const grouped = g.heWeights('up2.weight', [4, 3, 2, 2], 24);
    const up2 = g.node('ConvTranspose', [up, grouped], { group: 2 }, { name: 'up2', channels: 6 });
    return g.conv('last', up2, { out: 3 });
  });
  expect(summaries(await groupsOf(model)).slice(0, 3)).toEqual(['c 6: c → up', 'up 2: up → up2', 'up2 3: up2 → last']);
  await expectExact(model);
});

test('channels that meet the image, or leave the model, stay; the reason names the node', async () => {
  const g = new GraphBuilder('fixed', { seed: 5 });
  const x = g.input('x', 'float32', [1, 3, 8, 8]);
  const added = g.add('sum', g.conv('same', x, { out: 3 }), x);
  const y = g.node('Hann', [g.conv('odd', added, { out: 4 })], {}, { name: 'custom', domain: 'org.example' });
  const model = g.output(y, { as: 'y' }).build();
  const shapes = new Map([
    ['x', { elementType: 'float32' as const, dims: [1, 3, 8, 8] }],
    ...['same_out', 'sum_out'].map((name) => [name, { elementType: 'float32' as const, dims: [1, 3, 8, 8] }] as const),
  ]);
  expect(summaries(findFilterGroups(model, shapes))).toEqual([
    'same: combined with channels that stay, at node "sum"',
    'odd: read by the operator Hann of node "custom"',
  ]);
});

test('what a recipe gets wrong is said, and a whole list changes nothing', async () => {
  const model = classifier((g, x) => g.relu('r', g.conv('c', x, { out: 4 })));
  const shapes = await traceModel(model, IMAGE);
  const codeOf = (group: string, kept: readonly number[]): unknown => {
    try {
      removeFilters(model, shapes, new Map([[group, kept]]));
      return 'none';
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error;
    }
  };
  expect(codeOf('nobody', [0])).toBe('group-unknown');
  expect(codeOf('c', [0, 4])).toBe('filter-unknown');
  expect(codeOf('c', [])).toBe('filters-none-left');
  expect(codeOf('fc', [0])).toBe('group-not-prunable');
  expect(codeOf('fc', [0, 1, 2, 3, 4])).toBe('none');
  const same = removeFilters(model, shapes, new Map([['c', [3, 2, 1, 0]]]));
  expect(same.graph.initializer('c.weight')?.rawBytes()).toBe(model.graph.initializer('c.weight')?.rawBytes());
});

test('weights that no removed filter touches keep their very bytes, and the recipe is recorded', async () => {
  const model = classifier((g, x) => g.conv('b', g.relu('r', g.conv('a', x, { out: 4 })), { out: 6 }));
  const pruned = removeFilters(model, await traceModel(model, IMAGE), new Map([['a', [1, 3]]]));
  expect(pruned.graph.initializer('fc.weight')?.rawBytes()).toBe(model.graph.initializer('fc.weight')?.rawBytes());
  const rows = model.graph.initializer('a.weight')?.toFloat32() ?? new Float32Array();
  expect(pruned.graph.initializer('a.weight')?.toFloat32()).toEqual(
    Float32Array.from([...rows.slice(27, 54), ...rows.slice(81, 108)]),
  );
  expect(pruned.metadata.get('espalier.recipe')).toBe('{"filters":{"a":[1,3]}}');
});

test('weights that two layers share go from both, and quantised ones with the scales of their filters', async () => {
  const model = classifier((g, x) => {
    const a = g.relu('ra', g.conv('a', x, { out: 4 }));
    const shared = g.heWeights('shared.weight', [4, 4, 3, 3], 36);
    const conv = (name: string, input: string, weight: string): string =>
      g.node('Conv', [input, weight], { pads: [1, 1, 1, 1] }, { name, channels: 4 });
    const b = conv('c', g.relu('rb', conv('b', a, shared)), shared);
    const stored = g.initializer(
      'q',
      constantData(
        [6, 4, 3, 3],
        Int8Array.from({ length: 216 }, (_, i) => (i % 17) - 8),
      ),
    );
    const scales = g.uniform('q.scale', [6], [0.01, 0.02]);
    const zeros = g.initializer('q.zero', constantData([6], Int8Array.of(0, 1, 0, 2, 0, -1)));
    const weight = g.node('DequantizeLinear', [stored, scales, zeros], { axis: 0 }, { name: 'dequantise' });
    return g.node('Conv', [b, weight], { pads: [1, 1, 1, 1] }, { name: 'd', channels: 6 });
  });
  const groups = await groupsOf(model);
  expect(summaries(groups).slice(0, 2)).toEqual(['a 4: a,b,c → b,c,d', 'd 6: d → fc']);
  const slices = groups[1]?.slices.map(({ tensor, axis, role }) => `${tensor}.${axis} ${role}`);
  expect(slices?.toSorted()).toEqual(['fc.weight.1 reads', 'q.0 makes', 'q.scale.0 scales', 'q.zero.0 scales']);
  await expectExact(model);
});

test('attention goes by head, also where the width of a head is read off the model', async () => {
  const model = attention();
  const groups = await groupsOf(model);
  expect(summaries(groups).slice(0, 2)).toEqual(['embed 8: embed,proj → qkv,fc', 'qkv 2: qkv → proj']);
  await expectExact(model);
});

/** Tokens of 8 features, self-attention with two heads of 4, and the sum over the tokens. */
function attention(): OnnxModel {
  const g = new GraphBuilder('attention', { seed: 6 });
  const x = g.input('x', 'float32', [1, 3, 8, 8]);
  const tokens = g.node('Reshape', [x, g.ints('s0', [1, 24, 8])], {}, { name: 'tokens' });
  const linear = (name: string, input: string, [rows, columns]: [number, number]): string =>
    g.node('MatMul', [input, g.heWeights(`${name}.weight`, [rows, columns], rows)], {}, { name });
  const embedded = linear('embed', tokens, [8, 8]);
  const qkv = linear('qkv', embedded, [8, 24]);
  const width = g.node(
    'Gather',
    [g.node('Shape', [embedded], {}, { name: 'shape' }), g.ints('two', [2])],
    {},
    { name: 'width' },
  );
  const perHead = g.node('Div', [width, g.ints('heads', [2])], {}, { name: 'perHead' });
  const target = g.node('Concat', [g.ints('s1', [1, 24, 3, 2]), perHead], { axis: 0 }, { name: 'target' });
  const split = g.node('Reshape', [qkv, target], {}, { name: 'split' });
  const turned = g.node('Transpose', [split], { perm: [2, 0, 3, 1, 4] }, { name: 'turned' });
  const [q, k, v] = ['q', 'k', 'v'].map((name, index) => {
    const at = g.initializer(`${name}.at`, constantData([], BigInt64Array.of(BigInt(index))));
    return g.node('Gather', [turned, at], { axis: 0 }, { name });
  });
  const keys = g.node('Transpose', [k ?? ''], { perm: [0, 1, 3, 2] }, { name: 'keys' });
  const scale = g.node('Sqrt', [g.node('Cast', [perHead], { to: 1 }, { name: 'cast' })], {}, { name: 'sqrt' });
  const scores = g.node('Div', [g.node('MatMul', [q ?? '', keys], {}, { name: 'qk' }), scale], {}, { name: 'scaled' });
  const weights = g.node('Softmax', [scores], { axis: -1 }, { name: 'softmax' });
  const heads = g.node('MatMul', [weights, v ?? ''], {}, { name: 'wv' });
  const back = g.node('Transpose', [heads], { perm: [0, 2, 1, 3] }, { name: 'back' });
  const joined = g.node('Reshape', [back, g.ints('s2', [1, 24, 8])], {}, { name: 'joined' });
  const residual = g.add('residual', embedded, linear('proj', joined, [8, 8]));
  return g.output(linear('fc', residual, [8, 5]), { as: 'y' }).build();
}

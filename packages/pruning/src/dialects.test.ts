import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inlineExternalData, type OnnxModel, readModelFile } from '@espalier/onnx';
import { withExternalData } from '@espalier/onnx/testing';
import { expect, test } from '@jest/globals';
import type { Block, Granularity } from './block.js';
import { findBlocks } from './find.js';
import { removeBlocks } from './remove.js';
import { chainIn, type Dialect, dialects, plainDialect, residualIn } from './testing/dialects.js';
import { runModel, traceModel, valuesOf } from './testing/run-model.js';

const X = { x: [1, 3, 8, 8] };

/** How far outputs, which lie around 1, may be from the plain network's. */
const TOLERANCE: Readonly<Record<string, number>> = { 'half precision': 0.02, quantised: 0.5 };

async function outputOf(model: OnnxModel): Promise<readonly number[]> {
  return valuesOf((await runModel(model, X))['y']);
}

async function blocksOf(model: OnnxModel, granularity: Granularity): Promise<readonly Block[]> {
  return findBlocks(model, await traceModel(model, X), granularity);
}

/** What must not depend on the dialect. */
function essence(blocks: readonly Block[]): { removable: boolean; macs: number }[] {
  return blocks.map(({ removable, macs }) => ({ removable, macs }));
}

function farthest(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
}

test.each(dialects)('a network in the dialect "$name" computes what the plain one does', async (dialect) => {
  for (const networkIn of [residualIn, chainIn]) {
    const [found, plain] = [await outputOf(networkIn(dialect)), await outputOf(networkIn(plainDialect))];
    expect(farthest(found, plain)).toBeLessThan(TOLERANCE[dialect.name] ?? 1e-4);
  }
});

test.each(dialects)('residual blocks in the dialect "$name" are those of the plain one', async (dialect) => {
  const plain = await blocksOf(residualIn(plainDialect), 'block');
  expect(essence(plain).map(({ removable }) => removable)).toEqual([true, true, false, true]);
  expect(essence(await blocksOf(residualIn(dialect), 'block'))).toEqual(essence(plain));
});

test.each(dialects)(
  'a residual network in the dialect "$name" without blocks is the one built without them',
  async (dialect) => {
    await expectBuiltWithout(dialect, residualIn, [0, 3]);
    await expectBuiltWithout(dialect, residualIn, [0, 1, 3]);
  },
);

/** New weights need stored numbers of the input's own kind. */
const CANNOT_RESIZE = ['quantised'];

test.each(dialects)('units in the dialect "$name" are those of the plain one', async (dialect) => {
  const plain = await blocksOf(chainIn(plainDialect), 'block');
  expect(essence(plain).map(({ removable }) => removable)).toEqual([true, true, true, true]);
  const resizing = CANNOT_RESIZE.includes(dialect.name) ? [0, 2] : [];
  const wanted = essence(plain).map((each, index) => ({ ...each, removable: !resizing.includes(index) }));
  expect(essence(await blocksOf(chainIn(dialect), 'block'))).toEqual(wanted);
});

test.each(dialects)('a chain in the dialect "$name" without units is the one built without them', async (dialect) => {
  await expectBuiltWithout(dialect, chainIn, [1, 3]);
});

test.each(dialects.filter(({ name }) => !CANNOT_RESIZE.includes(name)))(
  'any units in the dialect "$name" can go, with weights made anew',
  async (dialect) => {
    const model = chainIn(dialect);
    const shapes = await traceModel(model, X);
    for (const remove of [[0], [2], [0, 1], [0, 2, 3], [0, 1, 2, 3]]) {
      const pruned = removeBlocks(model, shapes, { granularity: 'block', remove });
      expect(pruned.reinitialised).toHaveLength(remove.length === 3 ? 2 : 1);
      expect(await outputOf(pruned.model)).toHaveLength(5);
    }
  },
);

/** Opsets that the runtime takes. */
const OPSETS = Array.from({ length: 26 - 9 + 1 }, (_, index) => 9 + index);

test.each(OPSETS)('the same network in opset %i has the same blocks, and is removed from alike', async (opset) => {
  const dialect = { ...plainDialect, opset };
  for (const networkIn of [residualIn, chainIn]) {
    const [found, plain] = [
      await blocksOf(networkIn(dialect), 'block'),
      await blocksOf(networkIn(plainDialect), 'block'),
    ];
    expect(essence(found)).toEqual(essence(plain));
    await expectBuiltWithout(dialect, networkIn, [1, 3]);
  }
});

test('weights in a file of their own stay there until they are read, and are removed from alike', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-external-'));
  try {
    const { model, data } = withExternalData(chainIn(plainDialect), 'weights.bin');
    writeFileSync(join(folder, 'model.onnx'), model);
    writeFileSync(join(folder, 'weights.bin'), data);
    const external = await readModelFile(join(folder, 'model.onnx'));
    const shapes = await traceModel(chainIn(plainDialect), X);
    for (const remove of [
      [1, 3],
      [0, 2],
    ]) {
      const recipe = { granularity: 'block', remove } as const;
      const pruned = removeBlocks(external, shapes, recipe);
      const kept = pruned.model.graph.initializerNames.map((name) => pruned.model.graph.initializer(name)?.isExternal);
      expect(kept.filter((isExternal) => !isExternal)).toHaveLength(pruned.reinitialised.length);
      const whole = removeBlocks(chainIn(plainDialect), shapes, recipe);
      expect(await outputOf(await inlineExternalData(pruned.model))).toEqual(await outputOf(whole.model));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function expectBuiltWithout(
  dialect: Dialect,
  networkIn: typeof residualIn,
  remove: readonly number[],
): Promise<void> {
  const model = networkIn(dialect);
  const pruned = removeBlocks(model, await traceModel(model, X), { granularity: 'block', remove });
  const wanted = networkIn(dialect, remove);
  expect(pruned.model.graph.nodes.map(({ opType }) => opType).toSorted()).toEqual(
    wanted.graph.nodes.map(({ opType }) => opType).toSorted(),
  );
  expect(await outputOf(pruned.model)).toEqual(await outputOf(wanted));
}

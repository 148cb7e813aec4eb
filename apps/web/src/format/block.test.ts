import { expect, test } from '@jest/globals';
import { blockRows } from '../state/block-rows.js';
import { aBlock } from '../testing/blocks.js';
import { describeBlock, describeFate, describeFlow, formatImportance, measureOf, rankOf } from './block.js';

const stem = aBlock(0, {
  name: 'stem',
  removable: false,
  reason: 'shape 1×3×8×8 → 1×16×8×8',
  input: { name: 'in', shape: [1, 3, 8, 8] },
});
const rows = blockRows([stem, aBlock(1), aBlock(2)], {
  shares: new Map([
    [1, 0.75],
    [2, 0.25],
  ]),
  removed: [2],
  latencyTable: [{ index: 1, name: 'layer.1', removable: true, importance: 0.75, savingMs: -0.1, savingCi: [-0.2, 0] }],
});
const [first, second, third] = rows;

test('a block that must stay says why', () => {
  expect(first && describeFate(first)).toBe('not removable: shape 1×3×8×8 → 1×16×8×8');
  expect(first && formatImportance(first)).toBe('–');
});

test('a block is described in one line', () => {
  expect(second && describeBlock(second)).toBe('Block 1, layer.1, removable, importance 75.0\u202f%');
  expect(third && describeBlock(third)).toBe('Block 2, layer.2, removed by this plan, importance 25.0\u202f%');
});

test('a shape is written once when it does not change', () => {
  expect(describeFlow(stem)).toBe('1×3×8×8 → 1×16×8×8');
  expect(describeFlow(aBlock(1))).toBe('1×16×8×8');
});

test('the least important block has rank one', () => {
  expect(rows.map((row) => rankOf(row, rows))).toEqual([null, { rank: 2, of: 2 }, { rank: 1, of: 2 }]);
});

test('a measure is never drawn below zero', () => {
  expect(second && measureOf(second, 'saving')).toBe(0);
  expect(third && measureOf(third, 'saving')).toBe(0);
  expect(second && measureOf(second, 'macs')).toBe(10_000);
  expect(second && measureOf(second, 'parameters')).toBe(1_000);
});

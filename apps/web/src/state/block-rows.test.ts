import { expect, test } from '@jest/globals';
import { aBlock } from '../testing/blocks.js';
import { blockRows, hasSavings, importanceShares } from './block-rows.js';

const blocks = [aBlock(0, { removable: false }), aBlock(1), aBlock(2), aBlock(3)];
const savingOf2 = {
  index: 2,
  name: 'b',
  removable: true,
  importance: 0.4,
  savingMs: 1.5,
  savingCi: [1.4, 1.6] as [number, number],
};

test('importance is a share of the removable blocks alone', () => {
  const shares = importanceShares(blocks, [
    { index: 0, importance: 100 },
    { index: 1, importance: 1 },
    { index: 2, importance: 3 },
    { index: 3, importance: null },
  ]);
  expect([...shares]).toEqual([
    [1, 0.25],
    [2, 0.75],
  ]);
});

test('every block is a row, with what the latency table knows about it', () => {
  const rows = blockRows(blocks, { latencyTable: [savingOf2], removed: [2] });
  expect(rows.map(({ block }) => block.index)).toEqual([0, 1, 2, 3]);
  expect(rows[2]).toMatchObject({ importance: 0.4, savingMs: 1.5, savingCi: [1.4, 1.6], removed: true });
  expect(rows[1]).toMatchObject({ importance: null, savingMs: null, savingCi: null, removed: false });
});

test('given shares replace the importance of the table', () => {
  const rows = blockRows(blocks, { latencyTable: [savingOf2], shares: new Map([[1, 1]]) });
  expect(rows.map(({ importance }) => importance)).toEqual([null, 1, null, null]);
});

test('a table without a single saving says nothing about savings', () => {
  expect(hasSavings([])).toBe(false);
  expect(hasSavings([{ ...savingOf2, savingMs: null }])).toBe(false);
  expect(hasSavings([savingOf2])).toBe(true);
});

import { expect, test } from '@jest/globals';
import { aBlock } from '../testing/blocks.js';
import { blockRows } from './block-rows.js';
import { nextOrder, type SortKey, type SortOrder, sortRows } from './sort.js';

const rows = blockRows(
  [aBlock(0, { name: 'layer.10' }), aBlock(1, { name: 'layer.9', macs: 5 }), aBlock(2, { name: 'layer.1', macs: 5 })],
  {
    shares: new Map([
      [0, 0.3],
      [2, 0.7],
    ]),
  },
);
const order = (key: SortKey, direction: SortOrder['direction']) =>
  sortRows(rows, { key, direction }).map(({ block }) => block.index);

test('rows without a value come last in both directions', () => {
  expect(order('importance', 'ascending')).toEqual([0, 2, 1]);
  expect(order('importance', 'descending')).toEqual([2, 0, 1]);
});

test('equal rows stay in the order of the flow', () => {
  expect(order('macs', 'ascending')).toEqual([1, 2, 0]);
  expect(order('macs', 'descending')).toEqual([0, 1, 2]);
});

test('numbers inside names count as numbers', () => {
  expect(order('name', 'ascending')).toEqual([2, 1, 0]);
});

test('a second press on a column turns its order round', () => {
  const first = nextOrder({ key: 'flow', direction: 'ascending' }, 'saving');
  expect(first).toEqual({ key: 'saving', direction: 'descending' });
  expect(nextOrder(first, 'saving')).toEqual({ key: 'saving', direction: 'ascending' });
});

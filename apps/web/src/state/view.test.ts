import { expect, test } from '@jest/globals';
import { viewOf } from './view.js';

const error = new Error('no connection');
const isEmpty = (items: readonly string[]) => items.length === 0;

test('without an answer or an error a view is loading', () => {
  expect(viewOf({ data: undefined, error: null, dataUpdatedAt: 0 })).toEqual({ state: 'loading' });
});

test('an error without an answer is an error, with one it makes the answer stale', () => {
  expect(viewOf({ data: undefined, error, dataUpdatedAt: 0 })).toEqual({ state: 'error', error });
  expect(viewOf({ data: ['a'], error, dataUpdatedAt: 7 })).toEqual({ state: 'stale', data: ['a'], error, sinceMs: 7 });
});

test('an answer is ready, or empty when it holds nothing', () => {
  expect(viewOf({ data: ['a'], error: null, dataUpdatedAt: 7 }, isEmpty)).toEqual({ state: 'ready', data: ['a'] });
  expect(viewOf({ data: [], error: null, dataUpdatedAt: 7 }, isEmpty)).toEqual({ state: 'empty' });
});

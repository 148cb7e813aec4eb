import { expect, test } from '@jest/globals';
import { aPlan } from '../testing/plans.js';
import { emptyFeed } from './plan-feed.js';
import { planView } from './plan-view.js';

const loss = { error: new Error('gone'), atMs: 7 };
const plan = aPlan();

test('a plan that was not heard of yet is loading, or an error when it cannot be heard of', () => {
  expect(planView(emptyFeed).state).toBe('loading');
  expect(planView({ ...emptyFeed, connection: 'lost', loss })).toEqual({ state: 'error', error: loss.error });
});

test('a plan whose connection is lost is stale since then', () => {
  expect(planView({ ...emptyFeed, connection: 'live', plan }).state).toBe('ready');
  expect(planView({ ...emptyFeed, connection: 'lost', plan, loss })).toEqual({
    state: 'stale',
    data: { plan, events: [] },
    error: loss.error,
    sinceMs: 7,
  });
});

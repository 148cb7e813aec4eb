import { expect, test } from '@jest/globals';
import { anEvent, aPlan } from '../testing/plans.js';
import { emptyFeed, type FeedChange, feedAfter, lastSeq } from './plan-feed.js';

const feedOf = (...changes: readonly FeedChange[]) => changes.reduce(feedAfter, emptyFeed);
const event = (seq: number) => ({ kind: 'update', update: { kind: 'event', event: anEvent(seq) } }) as const;
const plan = (status: 'scoring' | 'verified') =>
  ({ kind: 'update', update: { kind: 'plan', plan: aPlan({ status }) } }) as const;
const lost = (atMs: number) => ({ kind: 'lost', error: new Error('gone'), atMs }) as const;

test('the first thing heard makes a feed live', () => {
  expect(emptyFeed.connection).toBe('connecting');
  expect(feedOf(event(1)).connection).toBe('live');
  expect(feedOf(plan('scoring')).plan?.status).toBe('scoring');
});

test('an event that is heard again is kept once', () => {
  const feed = feedOf(event(1), event(2), lost(5), event(2), event(3));
  expect(feed.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(lastSeq(feed)).toBe(3);
  expect(lastSeq(emptyFeed)).toBeUndefined();
});

test('a lost connection keeps what is known, and how long it has been lost', () => {
  const feed = feedOf(plan('scoring'), event(1), lost(5), lost(9));
  expect(feed).toMatchObject({ connection: 'lost', loss: { atMs: 5 } });
  expect(feed.plan?.status).toBe('scoring');
  expect(feed.events).toHaveLength(1);
  expect(feedAfter(feed, event(2))).toMatchObject({ connection: 'live', loss: null });
});

test('a feed that ended is not lost', () => {
  expect(feedOf(plan('verified'), { kind: 'ended' })).toMatchObject({ connection: 'ended', loss: null });
});

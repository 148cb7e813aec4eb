import { isPassing, pause, retryDelayMs } from '@espalier/client';
import { useEffect, useReducer } from 'react';
import { emptyFeed, type FeedChange, feedAfter, lastSeq, type PlanFeed } from '../state/plan-feed.js';
import { liveClient } from './client.js';

/** After a lost connection: soon, then less and less often, so that an API that starts again is not overrun. */
const COME_BACK = { retries: Number.POSITIVE_INFINITY, baseMs: 1_000, maxMs: 15_000 };

/** Follows a plan until it is final or `signal` aborts, over any number of lost connections. */
async function follow(planId: string, tell: (change: FeedChange) => void, signal: AbortSignal): Promise<void> {
  let feed = emptyFeed;
  const change = (next: FeedChange) => {
    feed = feedAfter(feed, next);
    tell(next);
  };
  for (let failures = 1; ; failures += 1) {
    const after = lastSeq(feed);
    try {
      for await (const update of liveClient.plans.follow(planId, {
        signal,
        ...(after === undefined ? {} : { after }),
      })) {
        failures = 0;
        change({ kind: 'update', update });
      }
      change({ kind: 'ended' });
      return;
    } catch (cause) {
      if (signal.aborted) return;
      const error = cause instanceof Error ? cause : new Error(String(cause));
      change({ kind: 'lost', error, atMs: Date.now() });
      if (!isPassing(error)) return;
    }
    await pause(retryDelayMs(Math.max(1, failures), COME_BACK, Math.random()), signal);
  }
}

/** What is heard of a plan, as it is heard. */
export function usePlanFeed(planId: string): PlanFeed {
  const [feed, tell] = useReducer(feedAfter, emptyFeed);
  useEffect(() => {
    const controller = new AbortController();
    // `follow` ends without an error when it is aborted; the pause in it does not.
    follow(planId, tell, controller.signal).catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    });
    return () => controller.abort();
  }, [planId]);
  return feed;
}

import type { Plan, PlanEvent } from '@espalier/contracts';
import type { PlanFeed } from './plan-feed.js';
import type { View } from './view.js';

/** A plan and what happened to it. */
export interface PlanStory {
  readonly plan: Plan;
  readonly events: readonly PlanEvent[];
}

/** What to draw for a feed. A lost connection does not take away what was heard before: it makes it stale. */
export function planView({ plan, events, loss }: PlanFeed): View<PlanStory> {
  if (plan === null) return loss === null ? { state: 'loading' } : { state: 'error', error: loss.error };
  const data = { plan, events };
  return loss === null ? { state: 'ready', data } : { state: 'stale', data, error: loss.error, sinceMs: loss.atMs };
}

import type { Comparison, Plan } from '@espalier/contracts';
import { isFinal, type Page, type Store } from '@espalier/store';
import { planView } from './plan-view.js';

/** Adds to a plan or a comparison what the fleet does for it right now. */
export async function liveView<Work extends Plan | Comparison>(store: Store, plan: Work): Promise<Work> {
  const activity = await store.plans.activity(plan.id);
  // Who serves a target matters only while something waits for it.
  const waiting = [...activity.queued.keys()];
  const service = waiting.length === 0 ? undefined : await store.targets.service(waiting);
  return planView(plan, activity, (target) => service?.get(target) ?? 'unserved', new Date());
}

/** The same for a page of them; those that are over, most of them, are shown as they were left. */
export async function livePage<Work extends Plan | Comparison>(
  store: Store,
  { items, nextCursor }: Page<Work>,
): Promise<Page<Work>> {
  const live = items.map(async (plan) => (isFinal(plan.status) ? plan : await liveView(store, plan)));
  return { items: await Promise.all(live), nextCursor };
}

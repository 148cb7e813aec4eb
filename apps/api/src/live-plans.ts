import type { Plan } from '@espalier/contracts';
import { isFinal, type Page, type Store } from '@espalier/store';
import { planView } from './plan-view.js';

/** Adds to a plan what the fleet does for it right now. */
export async function liveView(store: Store, plan: Plan): Promise<Plan> {
  const activity = await store.plans.activity(plan.id);
  // Who serves a target matters only while something waits for it.
  const targets = activity.queued.size === 0 ? [] : await store.targets.list();
  const served = new Set(targets.filter(({ agentsOnline }) => agentsOnline > 0).map(({ name }) => name));
  return planView(plan, activity, (target) => served.has(target), new Date());
}

/** The same for a page of plans; those that are over, most of them, are shown as they were left. */
export async function livePage(store: Store, { items, nextCursor }: Page<Plan>): Promise<Page<Plan>> {
  const live = items.map(async (plan) => (isFinal(plan.status) ? plan : await liveView(store, plan)));
  return { items: await Promise.all(live), nextCursor };
}

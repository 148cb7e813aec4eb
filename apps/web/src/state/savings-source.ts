import type { Granularity, Plan } from '@espalier/contracts';
import { hasSavings } from './block-rows.js';

/**
 * The plan whose latency table says most about a model: the newest one of that granularity that measured savings.
 * @param plans newest first
 */
export function savingsSource(plans: readonly Plan[], modelId: string, granularity: Granularity): Plan | undefined {
  return plans.find(
    (plan) => plan.modelId === modelId && plan.granularity === granularity && hasSavings(plan.latencyTable),
  );
}

import type { Measurement } from '@espalier/contracts';
import type { Queries } from '../database.js';
import { StoreError } from '../errors.js';
import { getMeasurement } from './query.js';

const LIVE_PLAN = ['scoring', 'measuring', 'solving', 'verifying'] as const;
const cancelled = { status: 'cancelled', reuseKey: null, leaseUntil: null } as const;

/**
 * Cancels a measurement that has not ended; one that ended stays as it is.
 * @throws StoreError `measurement_unknown`, `measurement_needed` when a living plan waits for it
 */
export async function cancelMeasurement(db: Queries, id: string): Promise<Measurement> {
  const { count } = await db.measurement.updateMany({
    where: {
      id,
      status: { in: ['queued', 'running'] },
      plans: { none: { plan: { status: { in: [...LIVE_PLAN] } } } },
    },
    data: { ...cancelled, finishedAt: new Date() },
  });
  const measurement = await getMeasurement(db, id);
  if (count === 0 && (measurement.status === 'queued' || measurement.status === 'running')) {
    throw new StoreError('measurement_needed', `A plan waits for measurement ${id}`, {
      hint: 'Cancel the plan instead',
    });
  }
  return measurement;
}

/** Cancels what only this plan waits for: nothing that a client asked for, or another living plan. */
export async function cancelMeasurementsOf(db: Queries, planId: string): Promise<void> {
  await db.measurement.updateMany({
    where: {
      status: { in: ['queued', 'running'] },
      requested: false,
      AND: [
        { plans: { some: { planId } } },
        { plans: { none: { planId: { not: planId }, plan: { status: { in: [...LIVE_PLAN] } } } } },
      ],
    },
    data: { ...cancelled, finishedAt: new Date() },
  });
}

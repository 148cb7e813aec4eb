import type { Measurement } from '@espalier/contracts';
import type { Database, Queries } from '../database.js';
import { StoreError } from '../errors.js';
import { transact } from '../transact.js';
import { getMeasurement } from './query.js';

const LIVE_PLAN = ['scoring', 'measuring', 'solving', 'verifying'] as const;
const cancelled = { status: 'cancelled', reuseKey: null, leaseUntil: null } as const;

/** Any number; the same for all of this database. */
const WANTED_LOCK = 72_707_371;

/**
 * While a plan says what it waits for, nobody decides that a measurement is not needed: without this, one step could cancel
 * what another is just about to wait for. Held to the end of the transaction.
 */
export async function holdWanted(tx: Queries): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(${WANTED_LOCK})`;
}

async function settleWanted(tx: Queries): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${WANTED_LOCK})`;
}

/**
 * Cancels a measurement that has not ended; one that ended stays as it is.
 * @throws StoreError `measurement-unknown`, `measurement-needed` when a living plan waits for it
 */
export async function cancelMeasurement(db: Database, id: string): Promise<Measurement> {
  const { count } = await transact(db, async (tx) => {
    await settleWanted(tx);
    return await tx.measurement.updateMany({
      where: {
        id,
        status: { in: ['queued', 'running'] },
        plans: { none: { plan: { status: { in: [...LIVE_PLAN] } } } },
      },
      data: { ...cancelled, finishedAt: new Date() },
    });
  });
  const measurement = await getMeasurement(db, id);
  if (count === 0 && (measurement.status === 'queued' || measurement.status === 'running')) {
    throw new StoreError('measurement-needed', `A plan waits for measurement ${id}`, {
      hint: 'Cancel the plan instead',
    });
  }
  return measurement;
}

/** Cancels what only this plan waits for, in the transaction that ends it: nothing that a client or a living plan wants. */
export async function cancelMeasurementsOf(tx: Queries, planId: string): Promise<void> {
  await settleWanted(tx);
  await tx.measurement.updateMany({
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

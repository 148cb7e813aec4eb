import type { Outcome } from '@espalier/contracts';
import type { Database } from '../database.js';
import { DbNull } from '../generated/internal/prismaNamespace.js';
import { type Ending, endingOf } from './lifecycle.js';
import { unknownMeasurement } from './query.js';
import { type QueuedJob, queuedColumns, renderJob, splitSamples } from './rows.js';

/** How an attempt ended, as its agent says. */
export interface Delivery {
  readonly measurementId: string;
  readonly attempt: number;
  readonly agentId: string;
  readonly outcome: Outcome;
}

/** `accepted` false: known already, or superseded. `requeued`: it is to be tried again, and this is the job. */
export interface Delivered {
  readonly accepted: boolean;
  readonly requeued: QueuedJob | null;
}

/** What the row gets, besides its status. */
function changeOf(ending: Ending, attempt: number) {
  const over = { leaseUntil: null, progress: DbNull };
  switch (ending.kind) {
    case 'succeed': {
      const { subject, ratio } = ending.result;
      return {
        ...over,
        ...splitSamples(ending.result),
        status: 'succeeded' as const,
        finishedAt: new Date(),
        p50Ms: subject.p50Ms,
        p50LowerMs: subject.p50Ci[0],
        p50UpperMs: subject.p50Ci[1],
        ratioP50: ratio?.p50 ?? null,
      };
    }
    case 'fail':
      return {
        ...over,
        status: 'failed' as const,
        finishedAt: new Date(),
        failure: ending.failure,
        reuseKey: null,
        ...(ending.crashed ? { probeCrashes: { increment: 1 } } : {}),
      };
    case 'requeue':
      return {
        ...over,
        status: 'queued' as const,
        queuedAt: new Date(),
        startedAt: null,
        agentId: null,
        attempt: attempt + 1,
        ...(ending.crashed ? { probeCrashes: { increment: 1 } } : {}),
      };
    default:
      return ending satisfies never;
  }
}

/**
 * Stores how an attempt ended, exactly once. Only the owner of the current attempt may, even when its lease ran out; and who
 * lost the lease may still bring a success as long as nobody else has begun.
 * @throws StoreError `measurement-unknown`
 */
export async function deliverOutcome(db: Database, delivery: Delivery): Promise<Delivered> {
  const { measurementId: id, attempt, agentId, outcome } = delivery;
  const row = await db.measurement.findUnique({
    where: { id },
    select: { status: true, probeCrashes: true, fresh: true, identity: true },
  });
  if (row === null) throw unknownMeasurement(id);
  const ending = endingOf(outcome, row.probeCrashes);
  const late = { status: 'queued' as const, lostAgentId: agentId, lostAttempt: attempt };
  const owner = { status: 'running' as const, agentId, attempt };
  const { count } = await db.measurement.updateMany({
    where: { id, OR: ending.kind === 'succeed' ? [owner, late] : [owner] },
    data: changeOf(ending, attempt),
  });
  if (count === 0) return { accepted: false, requeued: null };
  if (ending.kind === 'succeed' && row.fresh) await becomeReusable(db, id, row.identity);
  if (ending.kind !== 'requeue') return { accepted: true, requeued: null };
  const requeued = await db.measurement.findUnique({ where: { id }, select: queuedColumns });
  return { accepted: true, requeued: requeued === null ? null : renderJob(requeued) };
}

/** The newest success answers later equal wishes. */
async function becomeReusable(db: Database, id: string, identity: string): Promise<void> {
  await db.$transaction([
    db.measurement.updateMany({ where: { reuseKey: identity, id: { not: id } }, data: { reuseKey: null } }),
    db.measurement.updateMany({ where: { id }, data: { reuseKey: identity } }),
  ]);
}

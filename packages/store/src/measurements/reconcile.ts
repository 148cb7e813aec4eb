import type { Queries } from '../database.js';
import { MAX_LOST_LEASES } from './lifecycle.js';
import { type QueuedJob, queuedColumns, renderJob } from './rows.js';

/**
 * Takes measurements away from agents that were silent for longer than their lease: back into the queue as the next
 * attempt, or failed as `agent-lost` when too many agents vanished under it.
 * @returns the jobs to queue again
 */
export async function reapExpiredLeases(db: Queries): Promise<QueuedJob[]> {
  const message = `${MAX_LOST_LEASES} agents vanished while they measured it`;
  await db.$executeRaw`
    UPDATE measurements
    SET status = 'failed', finished_at = now(), lease_until = NULL, reuse_key = NULL, progress = NULL,
        lost_leases = lost_leases + 1,
        failure = jsonb_build_object('code', 'agent-lost', 'message', ${message}::text)
    WHERE status = 'running' AND lease_until < now() AND lost_leases + 1 >= ${MAX_LOST_LEASES}`;
  const reaped = await db.$queryRaw<{ id: string }[]>`
    UPDATE measurements
    SET status = 'queued', queued_at = now(), attempt = attempt + 1, lost_leases = lost_leases + 1,
        lost_agent_id = agent_id, lost_attempt = attempt,
        agent_id = NULL, lease_until = NULL, started_at = NULL, progress = NULL
    WHERE status = 'running' AND lease_until < now() AND lost_leases + 1 < ${MAX_LOST_LEASES}
    RETURNING id`;
  if (reaped.length === 0) return [];
  const rows = await db.measurement.findMany({
    where: { id: { in: reaped.map(({ id }) => id) }, status: 'queued' },
    select: queuedColumns,
  });
  return rows.map(renderJob);
}

/** Where a walk through the queue stands. */
export interface QueuePosition {
  readonly queuedAt: Date;
  readonly id: string;
}

/**
 * The next measurements that wait, oldest first, among those that have waited for `olderThanSeconds`.
 * @param after where the call before ended; `next` is null at the end of the queue
 */
export async function listQueued(
  db: Queries,
  { limit, olderThanSeconds, after }: { limit: number; olderThanSeconds: number; after: QueuePosition | null },
): Promise<{ jobs: QueuedJob[]; next: QueuePosition | null }> {
  const before = new Date(Date.now() - olderThanSeconds * 1000);
  const rows = await db.measurement.findMany({
    where: {
      status: 'queued',
      queuedAt: { lt: before, ...(after === null ? {} : { gte: after.queuedAt }) },
      ...(after === null
        ? {}
        : { OR: [{ queuedAt: { gt: after.queuedAt } }, { queuedAt: after.queuedAt, id: { gt: after.id } }] }),
    },
    orderBy: [{ queuedAt: 'asc' }, { id: 'asc' }],
    take: limit,
    select: { ...queuedColumns, queuedAt: true },
  });
  const last = rows.at(-1);
  return {
    jobs: rows.map(renderJob),
    next: rows.length < limit || last === undefined ? null : { queuedAt: last.queuedAt, id: last.id },
  };
}

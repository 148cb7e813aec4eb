import { parserOf, PlanEvent } from '@espalier/contracts';
import type { Queries } from '../database.js';
import { readJson } from '../stored.js';

const parseEvent = parserOf('event of a plan', PlanEvent);

/** Appends events in the transaction that holds the plan's row, which makes `seq` unbroken. */
export async function appendEvents(
  tx: Queries,
  planId: string,
  events: readonly Pick<PlanEvent, 'type' | 'message'>[],
): Promise<void> {
  if (events.length === 0) return;
  const last = await tx.planEvent.findFirst({ where: { planId }, orderBy: { seq: 'desc' }, select: { seq: true } });
  const first = (last?.seq ?? 0) + 1;
  await tx.planEvent.createMany({
    data: events.map(({ type, message }, at) => ({ planId, seq: first + at, type, message })),
  });
}

/** The events after `seq`, in order. An unknown plan has none. */
export async function listEvents(db: Queries, planId: string, afterSeq: number): Promise<PlanEvent[]> {
  const rows = await db.planEvent.findMany({ where: { planId, seq: { gt: afterSeq } }, orderBy: { seq: 'asc' } });
  return rows.map(({ seq, at, type, message }) => readJson(parseEvent, { seq, at: at.toISOString(), type, message }));
}

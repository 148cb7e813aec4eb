import { randomUUID } from 'node:crypto';
import type { Comparison, CreateComparison, PlanEvent } from '@espalier/contracts';
import type { Database } from '../database.js';
import { StoreError } from '../errors.js';
import { type Page, type PageRequest, pageOf, pageQuery } from '../page.js';
import { activityOf, type PlanActivity } from '../plans/activity.js';
import { appendEvents, listEvents } from '../plans/events.js';
import { toJson } from '../stored.js';
import { transact } from '../transact.js';
import { firstSummary, renderComparison } from './summary.js';

/** Comparisons: rows among the plans, stepped by the same planners (`plans.withDue`). */
export interface Comparisons {
  /** With the event `created`; a planner takes it up at once. @throws StoreError `model-unknown` */
  create(request: CreateComparison): Promise<Comparison>;
  /** As the planner last summed it up. @throws StoreError `comparison-unknown` */
  get(id: string): Promise<Comparison>;
  /** Newest first. @throws StoreError `cursor-invalid` */
  list(page: PageRequest): Promise<Page<Comparison>>;
  /** The planner's next step ends it; one that is over stays as it is. @throws StoreError `comparison-unknown` */
  requestCancel(id: string): Promise<Comparison>;
  /** The events after `seq`, in order. */
  events(id: string, afterSeq: number): Promise<PlanEvent[]>;
  activity(id: string): Promise<PlanActivity>;
}

const kind = 'comparison' as const;
const columns = { omit: { state: true, request: true } } as const;

/** Comparisons in Postgres. */
export function comparisonsOf(db: Database): Comparisons {
  const get = async (id: string): Promise<Comparison> => {
    const row = await db.plan.findUnique({ where: { id, kind }, ...columns });
    if (row === null) throw new StoreError('comparison-unknown', `There is no comparison ${id}`);
    return renderComparison(row);
  };
  return {
    get,
    create: async (request) => {
      const id = randomUUID();
      const { modelId } = request;
      await transact(db, async (tx) => {
        if ((await tx.model.count({ where: { id: modelId } })) === 0) {
          throw new StoreError('model-unknown', `There is no model ${modelId}`, { hint: 'GET /v1/models lists them' });
        }
        const summary = toJson(firstSummary(request));
        await tx.plan.create({
          data: { id, kind, status: 'measuring', modelId, request: toJson(request), summary },
        });
        await appendEvents(tx, id, [{ type: 'created', message: 'Waits for the planner' }]);
      });
      return await get(id);
    },
    list: async (page) => {
      const { after, ...query } = pageQuery(page);
      const rows = await db.plan.findMany({ where: { kind, AND: after }, ...query, ...columns });
      return pageOf(rows, page, renderComparison);
    },
    requestCancel: async (id) => {
      await db.plan.updateMany({
        where: { id, kind, finishedAt: null },
        data: { cancelRequested: true, updatedAt: new Date() },
      });
      return await get(id);
    },
    events: async (id, afterSeq) => await listEvents(db, id, afterSeq),
    activity: async (id) => await activityOf(db, id),
  };
}

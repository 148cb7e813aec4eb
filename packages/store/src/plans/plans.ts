import { randomUUID } from 'node:crypto';
import type { CreatePlan, Plan, PlanEvent } from '@espalier/contracts';
import type { Database } from '../database.js';
import { StoreError } from '../errors.js';
import { type Page, type PageRequest, pageOf, pageQuery } from '../page.js';
import { toJson } from '../stored.js';
import { transact } from '../transact.js';
import { activityOf, type PlanActivity } from './activity.js';
import { appendEvents, listEvents } from './events.js';
import { type Decide, type SavedStep, stepDuePlan } from './step.js';
import { firstSummary, renderPlan } from './summary.js';

/** Plans: the API creates and shows them, the planner steps them. */
export interface Plans {
  /** With the event `created`; a planner takes it up at once. @throws StoreError `model-unknown` */
  create(request: CreatePlan): Promise<Plan>;
  /** As the planner last summed it up. @throws StoreError `plan-unknown` */
  get(id: string): Promise<Plan>;
  /** Newest first. @throws StoreError `cursor-invalid` */
  list(page: PageRequest & { readonly modelId?: string }): Promise<Page<Plan>>;
  /** The planner's next step ends it; a plan that is over stays as it is. @throws StoreError `plan-unknown` */
  requestCancel(id: string): Promise<Plan>;
  /** The events after `seq`, in order. */
  events(id: string, afterSeq: number): Promise<PlanEvent[]>;
  activity(id: string): Promise<PlanActivity>;
  /** Steps one plan or comparison that has something to do; null: none has. See `DuePlan` and `PlanStep`. */
  withDue(decide: Decide): Promise<SavedStep | null>;
}

const columns = { omit: { state: true, request: true } } as const;

/** Plans in Postgres. */
export function plansOf(db: Database): Plans {
  const get = async (id: string): Promise<Plan> => {
    const row = await db.plan.findUnique({ where: { id, kind: 'plan' }, ...columns });
    if (row === null) throw new StoreError('plan-unknown', `There is no plan ${id}`);
    return renderPlan(row);
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
        await tx.plan.create({ data: { id, modelId, request: toJson(request), summary } });
        await appendEvents(tx, id, [{ type: 'created', message: 'Waits for the planner' }]);
      });
      return await get(id);
    },
    list: async ({ modelId, ...page }) => {
      const { after, ...query } = pageQuery(page);
      const where = { kind: 'plan' as const, AND: after, ...(modelId === undefined ? {} : { modelId }) };
      return pageOf(await db.plan.findMany({ where, ...query, ...columns }), page, renderPlan);
    },
    requestCancel: async (id) => {
      await db.plan.updateMany({
        where: { id, kind: 'plan', finishedAt: null },
        data: { cancelRequested: true, updatedAt: new Date() },
      });
      return await get(id);
    },
    events: async (id, afterSeq) => await listEvents(db, id, afterSeq),
    activity: async (id) => await activityOf(db, id),
    withDue: async (decide) => await stepDuePlan(db, decide),
  };
}

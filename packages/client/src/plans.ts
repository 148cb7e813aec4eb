import { type Budget, type CreatePlan, parserOf, Plan, PlanPage } from '@espalier/contracts';
import { followPlan, isFinal, type PlanUpdate } from './follow.js';
import type { CallOptions, ListOptions } from './options.js';
import { itemsOf } from './pages.js';
import { pathOf, type Transport } from './transport.js';

const parsePlan = parserOf('Plan', Plan);
const parsePage = parserOf('PlanPage', PlanPage);

/** A plan as one asks for it: what is missing takes its default. */
export type PlanInput = Partial<CreatePlan> & { readonly modelId: string; readonly budgets: Budget[] };

/** Which plans to list. */
export interface PlanListOptions extends ListOptions {
  readonly modelId?: string;
}

/** What following a plan takes. */
export interface FollowOptions extends CallOptions {
  /** `seq` of the last event that is known already. */
  readonly after?: number;
}

/** Plans: ask for them, follow them. */
export interface PlanCalls {
  readonly create: (plan: PlanInput, options?: CallOptions) => Promise<Plan>;
  readonly list: (options?: PlanListOptions) => Promise<PlanPage>;
  readonly each: (options?: PlanListOptions) => AsyncGenerator<Plan, void, undefined>;
  readonly get: (id: string, options?: CallOptions) => Promise<Plan>;
  readonly cancel: (id: string, options?: CallOptions) => Promise<Plan>;
  /**
   * What happens to a plan, from its first event on (or from `after`), until the plan is final. Survives lost
   * connections and a restarting API: it goes on where it stopped.
   */
  readonly follow: (id: string, options?: FollowOptions) => AsyncGenerator<PlanUpdate, void, undefined>;
  /** The final plan, once it is. `onUpdate` hears what happens until then. */
  readonly wait: (
    id: string,
    options?: FollowOptions & { readonly onUpdate?: (update: PlanUpdate) => void },
  ) => Promise<Plan>;
}

export function planCalls(transport: Transport): PlanCalls {
  const { call } = transport;
  const list: PlanCalls['list'] = ({ signal, limit, cursor, modelId } = {}) =>
    call({ method: 'GET', path: '/plans', query: { limit, cursor, modelId }, signal }, parsePage);
  const get: PlanCalls['get'] = (id, { signal } = {}) =>
    call({ method: 'GET', path: pathOf('plans', id), signal }, parsePlan);
  const follow: PlanCalls['follow'] = (id, options = {}) => followPlan(transport, id, options);
  return {
    create: (json, { signal } = {}) => call({ method: 'POST', path: '/plans', json, signal }, parsePlan),
    list,
    each: (options = {}) => itemsOf(list, options),
    get,
    cancel: (id, { signal } = {}) =>
      call({ method: 'POST', path: pathOf('plans', id, 'cancel'), signal, repeatable: true }, parsePlan),
    follow,
    wait: async (id, { onUpdate, ...options } = {}) => {
      for await (const update of follow(id, options)) {
        onUpdate?.(update);
        if (update.kind === 'plan' && isFinal(update.plan)) return update.plan;
      }
      return get(id, options);
    },
  };
}

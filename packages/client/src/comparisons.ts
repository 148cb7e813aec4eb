import { type Budget, Comparison, ComparisonPage, type CreateComparison, parserOf } from '@espalier/contracts';
import { type ComparisonUpdate, followComparison, isFinal } from './follow.js';
import type { CallOptions, ListOptions } from './options.js';
import { itemsOf } from './pages.js';
import type { FollowOptions } from './plans.js';
import { pathOf, type Transport } from './transport.js';

const parseComparison = parserOf('Comparison', Comparison);
const parsePage = parserOf('ComparisonPage', ComparisonPage);

/** A comparison as one asks for it: what is missing takes its default. */
export type ComparisonInput = Partial<CreateComparison> & { readonly modelId: string; readonly budget: Budget };

/** Comparisons: prune whole layers, or filters? */
export interface ComparisonCalls {
  readonly create: (comparison: ComparisonInput, options?: CallOptions) => Promise<Comparison>;
  readonly list: (options?: ListOptions) => Promise<ComparisonPage>;
  readonly each: (options?: ListOptions) => AsyncGenerator<Comparison, void, undefined>;
  /** With the recipe of every point. */
  readonly get: (id: string, options?: CallOptions) => Promise<Comparison>;
  readonly cancel: (id: string, options?: CallOptions) => Promise<Comparison>;
  /** What happens to a comparison until it is final, over lost connections and a restarting API, as of a plan. */
  readonly follow: (id: string, options?: FollowOptions) => AsyncGenerator<ComparisonUpdate, void, undefined>;
  /** The final comparison, once it is. `onUpdate` hears what happens until then. */
  readonly wait: (
    id: string,
    options?: FollowOptions & { readonly onUpdate?: (update: ComparisonUpdate) => void },
  ) => Promise<Comparison>;
}

export function comparisonCalls(transport: Transport): ComparisonCalls {
  const { call } = transport;
  const list: ComparisonCalls['list'] = ({ signal, limit, cursor } = {}) =>
    call({ method: 'GET', path: '/comparisons', query: { limit, cursor }, signal }, parsePage);
  const get: ComparisonCalls['get'] = (id, { signal } = {}) =>
    call({ method: 'GET', path: pathOf('comparisons', id), signal }, parseComparison);
  const follow: ComparisonCalls['follow'] = (id, options = {}) => followComparison(transport, id, options);
  return {
    create: (json, { signal } = {}) =>
      call({ method: 'POST', path: '/comparisons', json, signal, timeoutMs: null }, parseComparison),
    list,
    each: (options = {}) => itemsOf(list, options),
    get,
    cancel: (id, { signal } = {}) =>
      call({ method: 'POST', path: pathOf('comparisons', id, 'cancel'), signal, repeatable: true }, parseComparison),
    follow,
    wait: async (id, { onUpdate, ...options } = {}) => {
      for await (const update of follow(id, options)) {
        onUpdate?.(update);
        if (update.kind === 'comparison' && isFinal(update.comparison)) break;
      }
      return get(id, options);
    },
  };
}

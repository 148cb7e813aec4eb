import type { Criterion, Granularity } from '@espalier/contracts';
import { queryOptions } from '@tanstack/react-query';
import { client } from './client.js';

/** How often a page that shows what happens now asks again, while it is visible. */
const LIVE_MS = 2_000;

/** Lists that people scan, not page through: the newest so many. */
const LIST_LIMIT = 200;

/** Agents and what each does right now. */
export const agentsQuery = queryOptions({
  queryKey: ['agents'],
  queryFn: ({ signal }) => client.agents.list({ limit: LIST_LIMIT, signal }),
  select: ({ items }) => items,
  refetchInterval: LIVE_MS,
});

/** Targets with their queues. */
export const targetsQuery = queryOptions({
  queryKey: ['targets'],
  queryFn: ({ signal }) => client.targets.list({ limit: LIST_LIMIT, signal }),
  select: ({ items }) => items,
  refetchInterval: LIVE_MS,
});

/** The newest plans of all models. */
export const plansQuery = queryOptions({
  queryKey: ['plans'],
  queryFn: ({ signal }) => client.plans.list({ limit: LIST_LIMIT, signal }),
  select: ({ items }) => items,
  refetchInterval: LIVE_MS,
});

/** The newest models. */
export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => client.models.list({ limit: LIST_LIMIT, signal }),
  select: ({ items }) => items,
});

/** A model, its blocks and its scores follow from its bytes: what was fetched once stays true. */
const FOREVER = Number.POSITIVE_INFINITY;

export const modelQuery = (id: string) =>
  queryOptions({
    queryKey: ['model', id],
    queryFn: ({ signal }) => client.models.get(id, { signal }),
    staleTime: FOREVER,
  });

export const blocksQuery = (id: string, granularity: Granularity) =>
  queryOptions({
    queryKey: ['model', id, 'blocks', granularity],
    queryFn: ({ signal }) => client.models.blocks(id, { granularity, signal }),
    select: ({ blocks }) => blocks,
    staleTime: FOREVER,
  });

export const scoresQuery = (id: string, criterion: Criterion, granularity: Granularity) =>
  queryOptions({
    queryKey: ['model', id, 'scores', criterion, granularity],
    queryFn: ({ signal }) => client.models.scores(id, criterion, { granularity, signal }),
    select: ({ scores }) => scores,
    staleTime: FOREVER,
  });

/** Which model a running measurement belongs to never changes. */
export const measurementQuery = (id: string) =>
  queryOptions({
    queryKey: ['measurement', id],
    queryFn: ({ signal }) => client.measurements.get(id, { signal }),
    staleTime: FOREVER,
  });

import type { Criterion, Granularity, Measurement } from '@espalier/contracts';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { MeasurementFilter } from '../state/measurement-filter.js';
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

const isUnderWay = (measurement: Measurement | undefined): boolean =>
  measurement === undefined || measurement.status === 'queued' || measurement.status === 'running';

/** One measurement with all its samples, live until it has ended. */
export const liveMeasurementQuery = (id: string) =>
  queryOptions({
    queryKey: ['measurement', id, 'live'],
    queryFn: ({ signal }) => client.measurements.get(id, { signal }),
    staleTime: ({ state }) => (isUnderWay(state.data) ? 0 : FOREVER),
    refetchInterval: ({ state }) => (isUnderWay(state.data) && state.error === null ? LIVE_MS / 2 : false),
    // Ended ones never change, and thousands of samples need not be compared one by one.
    structuralSharing: false,
  });

/** Other results of the same identity come seldom. */
const SELDOM_MS = 30_000;

/** The results of the same identity over time. */
export const historyQuery = (id: string) =>
  queryOptions({
    queryKey: ['measurement', id, 'history'],
    queryFn: ({ signal }) => client.measurements.history(id, { limit: LIST_LIMIT, signal }),
    staleTime: SELDOM_MS,
  });

/** What became really slower or faster. */
export const regressionsQuery = queryOptions({
  queryKey: ['regressions'],
  queryFn: ({ signal }) => client.measurements.regressions({ signal }),
  staleTime: SELDOM_MS,
});

/** So many measurements at once; older ones on demand. */
const PAGE_LIMIT = 50;

/** Where the first page begins; the others are named by the page before. */
const FIRST_PAGE = '';

/** Measurements of a filter, the newest first, as many pages as were asked for. */
export const measurementsQuery = (filter: MeasurementFilter) =>
  infiniteQueryOptions({
    queryKey: ['measurements', filter],
    queryFn: ({ signal, pageParam }) =>
      client.measurements.list({
        ...filter,
        limit: PAGE_LIMIT,
        signal,
        ...(pageParam === FIRST_PAGE ? {} : { cursor: pageParam }),
      }),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: LIVE_MS * 2,
  });

/** The canary of a device on one target over time. */
export const canaryQuery = (agentId: string, target: string) =>
  queryOptions({
    queryKey: ['agents', agentId, 'canary', target],
    queryFn: ({ signal }) => client.agents.canary(agentId, { target, limit: LIST_LIMIT, signal }),
    select: ({ readings }) => readings,
    staleTime: SELDOM_MS,
    refetchInterval: SELDOM_MS,
  });

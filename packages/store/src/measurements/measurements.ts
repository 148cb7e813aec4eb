import type { Claimed, Measurement, MeasurementProgress, MeasurementRequest, Statistic } from '@espalier/contracts';
import type { Database } from '../database.js';
import type { Page } from '../page.js';
import { cancelMeasurement } from './cancel.js';
import { type ClaimRequest, claimMeasurement, extendLease } from './claim.js';
import { checkMeasurements, type CreatedMeasurement, createMeasurements } from './create.js';
import { type Delivered, type Delivery, deliverOutcome } from './deliver.js';
import {
  type ExplainedResult,
  type HistoryFilter,
  type HistoryStretch,
  type IdentityHistory,
  repeatedHistories,
  resultsLike,
} from './history.js';
import { briefMeasurements, getMeasurement, listMeasurements, type MeasurementFilter } from './query.js';
import { listQueued, type QueuePosition, reapExpiredLeases } from './reconcile.js';
import type { QueuedJob } from './rows.js';

/** Measurements: created once, owned by one agent at a time, ended exactly once. */
export interface Measurements {
  /**
   * In the order of the requests; equal ones are created once.
   * @throws StoreError `artifact-unknown`, `artifact-kind-wrong`, `control-not-allowed`, `scoring-missing`,
   *   `scoring-not-allowed`, `target-unknown`
   */
  createBatch(requests: readonly MeasurementRequest[]): Promise<CreatedMeasurement[]>;
  /** Throws what `createBatch` would throw, and creates nothing. */
  check(requests: readonly MeasurementRequest[]): Promise<void>;
  /** With all details. @throws StoreError `measurement-unknown` */
  get(id: string): Promise<Measurement>;
  /** Newest first, without samples, times, looks at the device and kernels. @throws StoreError `cursor-invalid` */
  list(filter: MeasurementFilter): Promise<Page<Measurement>>;
  /** Those of some ids that are there, without details. */
  brief(ids: readonly string[]): Promise<Measurement[]>;
  /**
   * The newest results of the measurement's identity, oldest first.
   * @throws StoreError `measurement-unknown`, `measurement-not-latency`
   */
  resultsLike(
    id: string,
    limit: number,
  ): Promise<{ readonly statistic: Statistic; readonly results: readonly ExplainedResult[] }>;
  /** A stretch of the identities that have several results, each with its newest ones. */
  repeatedHistories(
    filter: HistoryFilter,
    stretch: HistoryStretch,
  ): Promise<{ readonly histories: readonly IdentityHistory[]; readonly next: string | null }>;
  /** @throws StoreError `measurement-unknown`, `agent-unknown`, `device-unhealthy`, `claim-refused` */
  claim(request: ClaimRequest): Promise<Claimed>;
  /** @returns false when the measurement is not this agent's any more: it must stop */
  extendLease(request: ClaimRequest, progress?: MeasurementProgress): Promise<boolean>;
  /** Exactly once. @throws StoreError `measurement-unknown` */
  deliver(delivery: Delivery): Promise<Delivered>;
  /** @throws StoreError `measurement-unknown`, `measurement-needed` */
  cancel(id: string): Promise<Measurement>;
  /** Takes measurements away from silent agents; the jobs are to be queued again. */
  reapExpiredLeases(): Promise<QueuedJob[]>;
  /** One stretch of the queue, oldest first, for the comparison with Redis. */
  listQueued(query: {
    limit: number;
    olderThanSeconds: number;
    after: QueuePosition | null;
  }): Promise<{ jobs: QueuedJob[]; next: QueuePosition | null }>;
}

/** Measurements in Postgres. */
export function measurementsOf(db: Database): Measurements {
  return {
    createBatch: async (requests) => await createMeasurements(db, requests, 'client'),
    check: async (requests) => await checkMeasurements(db, requests),
    get: async (id) => await getMeasurement(db, id),
    list: async (filter) => await listMeasurements(db, filter),
    brief: async (ids) => await briefMeasurements(db, ids),
    resultsLike: async (id, limit) => await resultsLike(db, id, limit),
    repeatedHistories: async (filter, stretch) => await repeatedHistories(db, filter, stretch),
    claim: async (request) => await claimMeasurement(db, request),
    extendLease: async (request, progress) => await extendLease(db, request, progress),
    deliver: async (delivery) => await deliverOutcome(db, delivery),
    cancel: async (id) => await cancelMeasurement(db, id),
    reapExpiredLeases: async () => await reapExpiredLeases(db),
    listQueued: async (query) => await listQueued(db, query),
  };
}

import {
  CreateComparison,
  CreatePlan,
  type Measurement,
  type MeasurementRequest,
  parserOf,
  type PlanEvent,
} from '@espalier/contracts';
import type { ComparisonSummary } from '../comparisons/summary.js';
import type { Database, Queries } from '../database.js';
import { StoreError } from '../errors.js';
import { DbNull } from '../generated/internal/prismaNamespace.js';
import { cancelMeasurementsOf, holdWanted } from '../measurements/cancel.js';
import { createMeasurements } from '../measurements/create.js';
import { type QueuedJob, queuedColumns, renderJob, renderMeasurement, withoutDetails } from '../measurements/rows.js';
import { readJson, toJson } from '../stored.js';
import { transact } from '../transact.js';
import { appendEvents } from './events.js';
import { isFinal, type PlanSummary } from './summary.js';

/** A measurement that a plan waits for, under the planner's own key. */
export interface PlanWish {
  readonly key: string;
  /** What is measured, for people: `without layer2.1`. */
  readonly label: string;
  readonly request: MeasurementRequest;
}

/** A measurement of a plan that ended since the last step. */
export interface EndedMeasurement {
  readonly key: string;
  /** Without details. */
  readonly measurement: Measurement;
}

/** A plan or a comparison that has something to do, and whose row is locked for it. */
interface DueWork {
  readonly id: string;
  readonly modelId: string;
  /** What the last step returned; null before the first. */
  readonly state: unknown;
  readonly cancelRequested: boolean;
  /** Steps that threw, in a row, before this one. */
  readonly failures: number;
  /** In the order in which they were asked for; when the step succeeds, they are not shown again. */
  readonly ended: readonly EndedMeasurement[];
}

export interface DuePlan extends DueWork {
  readonly kind: 'plan';
  readonly request: CreatePlan;
}

export interface DueComparison extends DueWork {
  readonly kind: 'comparison';
  readonly request: CreateComparison;
}

/** What a step decided. All of it is saved together, or nothing. */
export interface PlanStep<Summary extends PlanSummary | ComparisonSummary = PlanSummary> {
  /** JSON. */
  readonly state: unknown;
  readonly summary: Summary;
  readonly events: readonly Pick<PlanEvent, 'type' | 'message'>[];
  /** A key that the plan has already keeps its measurement. */
  readonly measure: readonly PlanWish[];
  /** Cancels what only this plan waits for. A final status does so anyway. */
  readonly cancelMeasurements?: boolean;
  /** When to step again even if nothing ends before; absent: only when something ends. */
  readonly dueAt?: Date;
}

export type ComparisonStep = PlanStep<ComparisonSummary>;

/** Decides the next step of what is due. */
export type Decide = (due: DuePlan | DueComparison) => Promise<PlanStep | ComparisonStep>;

/** A step that was saved. The jobs are to be put into the queue now; the reconciler does it if nobody does. */
export interface SavedStep {
  readonly planId: string;
  readonly jobs: readonly QueuedJob[];
}

/** A step may read a large model, solve and write a candidate while it holds the plan's row. */
const STEP_TIMEOUT_MS = 180_000;
/** A planner that hangs in a step loses the row. */
const IDLE_TIMEOUT_MS = STEP_TIMEOUT_MS + 30_000;
const MAX_BACKOFF_SECONDS = 60;
/** A full disk or a database that was away is nobody's fault: it counts against no plan. */
const OUTAGE_SECONDS = 3;

const parsePlanRequest = parserOf('request of a plan', CreatePlan);
const parseComparisonRequest = parserOf('request of a comparison', CreateComparison);

/** The plan that waited longest of those with something to do and not in another planner's hands. */
async function lockDue(tx: Queries): Promise<string | undefined> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT p.id FROM plans p
    WHERE p.status IN ('scoring', 'measuring', 'solving', 'verifying') AND p.not_before <= now()
      AND (p.due_at <= now() OR p.cancel_requested OR EXISTS (
        SELECT 1 FROM plan_measurements pm JOIN measurements m ON m.id = pm.measurement_id
        WHERE pm.plan_id = p.id AND NOT pm.handled AND m.status IN ('succeeded', 'failed', 'cancelled')))
    ORDER BY p.stepped_at
    LIMIT 1
    FOR UPDATE OF p SKIP LOCKED`;
  return rows[0]?.id;
}

async function readDue(tx: Queries, id: string): Promise<DuePlan | DueComparison> {
  const [plan, ended] = await Promise.all([
    tx.plan.findUniqueOrThrow({ where: { id } }),
    tx.planMeasurement.findMany({
      where: { planId: id, handled: false, measurement: { status: { in: ['succeeded', 'failed', 'cancelled'] } } },
      orderBy: [{ createdAt: 'asc' }, { key: 'asc' }],
      select: { key: true, measurement: { omit: withoutDetails } },
    }),
  ]);
  const work: DueWork = {
    id,
    modelId: plan.modelId,
    state: plan.state,
    cancelRequested: plan.cancelRequested,
    failures: plan.failures,
    ended: ended.map(({ key, measurement }) => ({ key, measurement: renderMeasurement(measurement) })),
  };
  return plan.kind === 'plan'
    ? { ...work, kind: 'plan', request: readJson(parsePlanRequest, plan.request) }
    : { ...work, kind: 'comparison', request: readJson(parseComparisonRequest, plan.request) };
}

async function saveStep(
  tx: Queries,
  due: DuePlan | DueComparison,
  step: PlanStep | ComparisonStep,
): Promise<readonly QueuedJob[]> {
  const { summary } = step;
  const final = isFinal(summary.status);
  await tx.plan.update({
    where: { id: due.id },
    data: {
      state: step.state === null ? DbNull : toJson(step.state),
      summary: toJson(summary),
      status: summary.status,
      candidateId: 'candidateId' in summary ? summary.candidateId : null,
      version: { increment: 1 },
      dueAt: step.dueAt ?? null,
      steppedAt: new Date(),
      updatedAt: new Date(),
      finishedAt: final ? new Date() : null,
      failures: 0,
    },
  });
  await tx.planMeasurement.updateMany({
    where: { planId: due.id, key: { in: due.ended.map(({ key }) => key) } },
    data: { handled: true },
  });
  await appendEvents(tx, due.id, step.events);
  const jobs = await measureFor(tx, due.id, step.measure);
  if (final || step.cancelMeasurements === true) await cancelMeasurementsOf(tx, due.id);
  return jobs;
}

async function measureFor(tx: Queries, planId: string, wishes: readonly PlanWish[]): Promise<readonly QueuedJob[]> {
  if (wishes.length === 0) return [];
  await holdWanted(tx);
  const known = await tx.planMeasurement.findMany({
    where: { planId, key: { in: wishes.map(({ key }) => key) } },
    select: { key: true },
  });
  const open = wishes.filter(({ key }) => !known.some((row) => row.key === key));
  if (open.length === 0) return [];
  const created = await createMeasurements(
    tx,
    open.map(({ request }) => request),
    'plan',
  );
  await tx.planMeasurement.createMany({
    data: open.flatMap(({ key, label }, at) => {
      const measurementId = created[at]?.measurement.id;
      return measurementId === undefined ? [] : [{ planId, key, label, measurementId }];
    }),
  });
  const rows = await tx.measurement.findMany({
    where: { id: { in: created.map(({ measurement }) => measurement.id) }, status: 'queued' },
    select: queuedColumns,
  });
  return rows.map(renderJob);
}

/** Nothing was saved; try again later, the longer the oftener it failed. Not worth a second error if Postgres is away. */
async function backOff(db: Database, planId: string, error: unknown): Promise<void> {
  if (error instanceof StoreError && error.retryable) {
    await db.$executeRaw`
      UPDATE plans SET not_before = now() + ${OUTAGE_SECONDS} * interval '1 second' WHERE id = ${planId}::uuid`;
    return;
  }
  await db.$executeRaw`
    UPDATE plans SET failures = failures + 1,
      not_before = now() + least(${MAX_BACKOFF_SECONDS}, power(2, failures)) * interval '1 second'
    WHERE id = ${planId}::uuid`;
}

/**
 * Takes one plan or comparison that has something to do, lets `decide` look at it, and saves what it decided, in one transaction that holds
 * the plan's row: no two planners step the same plan, and a planner that dies in between leaves everything as it was.
 * When `decide` throws, nothing is saved, the plan rests (with back-off) and the error is passed on. A retryable StoreError
 * does not count as a failure of the plan.
 * @returns null when no plan has anything to do
 */
export async function stepDuePlan(db: Database, decide: Decide): Promise<SavedStep | null> {
  let planId: string | undefined;
  try {
    return await transact(
      db,
      async (tx) => {
        await tx.$executeRawUnsafe(`SET LOCAL idle_in_transaction_session_timeout = ${IDLE_TIMEOUT_MS}`);
        planId = await lockDue(tx);
        if (planId === undefined) return null;
        const due = await readDue(tx, planId);
        return { planId, jobs: await saveStep(tx, due, await decide(due)) };
      },
      STEP_TIMEOUT_MS,
    );
  } catch (error) {
    if (planId !== undefined) await backOff(db, planId, error).catch(() => undefined);
    throw error;
  }
}

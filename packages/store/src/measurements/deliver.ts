import type { MeasurementResult, MeasurementSpec, Outcome, Statistic } from '@espalier/contracts';
import type { Database, Queries } from '../database.js';
import { DbNull } from '../generated/internal/prismaNamespace.js';
import { keepScores } from './kept-scores.js';
import { type Ending, endingOf } from './lifecycle.js';
import { unknownMeasurement } from './query.js';
import { readJson } from '../stored.js';
import { parseSpec, type QueuedJob, queuedColumns, renderJob, splitProfile, splitResult, splitScore } from './rows.js';
import { transact } from '../transact.js';

/** How an attempt ended, as its agent says. */
export interface Delivery {
  readonly measurementId: string;
  readonly attempt: number;
  readonly agentId: string;
  readonly outcome: Outcome;
}

/** `accepted` false: known already, or superseded. `requeued`: it is to be tried again, and this is the job. */
export interface Delivered {
  readonly accepted: boolean;
  readonly requeued: QueuedJob | null;
}

/** What is asked of results by the million, as columns. */
function figuresOf({ subject, ratio, environment }: MeasurementResult, statistic: Statistic) {
  const [valueLowerMs, valueUpperMs] = subject[`${statistic}Ci`];
  return {
    p50Ms: subject.p50Ms,
    p50LowerMs: subject.p50Ci[0],
    p50UpperMs: subject.p50Ci[1],
    ratioP50: ratio?.p50 ?? null,
    valueMs: subject[`${statistic}Ms`],
    valueLowerMs,
    valueUpperMs,
    canaryMs: environment.canary?.p50Ms ?? null,
  };
}

/** What the row gets, besides its status. */
function changeOf(ending: Ending, attempt: number, statistic: Statistic) {
  const over = { leaseUntil: null, progress: DbNull };
  const succeeded = { ...over, status: 'succeeded' as const, finishedAt: new Date() };
  switch (ending.kind) {
    case 'succeed':
      return { ...succeeded, ...splitResult(ending.result), ...figuresOf(ending.result, statistic) };
    case 'profile':
      return { ...succeeded, ...splitProfile(ending.profile) };
    case 'score':
      return { ...succeeded, ...splitScore(ending.score) };
    case 'fail':
      return {
        ...over,
        status: 'failed' as const,
        finishedAt: new Date(),
        failure: ending.failure,
        reuseKey: null,
        ...(ending.crashed ? { probeCrashes: { increment: 1 } } : {}),
      };
    case 'requeue':
      return {
        ...over,
        status: 'queued' as const,
        queuedAt: new Date(),
        startedAt: null,
        agentId: null,
        attempt: attempt + 1,
        ...(ending.crashed ? { probeCrashes: { increment: 1 } } : {}),
      };
    default:
      return ending satisfies never;
  }
}

/** What was asked for. */
interface Asked {
  readonly modelId: string | null;
  readonly spec: MeasurementSpec;
}

/** Only the owner of the current attempt may end it; who lost the lease may bring a success while nobody else has begun. */
async function endAttempt(db: Queries, delivery: Delivery, ending: Ending, { spec }: Asked): Promise<boolean> {
  const { measurementId: id, attempt, agentId } = delivery;
  const late = { status: 'queued' as const, lostAgentId: agentId, lostAttempt: attempt };
  const owner = { status: 'running' as const, agentId, attempt };
  const { count } = await db.measurement.updateMany({
    where: { id, OR: hasSucceeded(ending) ? [owner, late] : [owner] },
    data: changeOf(ending, attempt, spec.statistic),
  });
  return count > 0;
}

const hasSucceeded = ({ kind }: Ending): boolean => kind === 'succeed' || kind === 'profile' || kind === 'score';

/** Ends the attempt, and keeps scores with it or not at all. */
async function endAndKeep(db: Database, delivery: Delivery, ending: Ending, asked: Asked): Promise<boolean> {
  if (ending.kind !== 'score') return await endAttempt(db, delivery, ending, asked);
  return await transact(db, async (tx) => {
    const ended = await endAttempt(tx, delivery, ending, asked);
    if (ended) await keepScores(tx, asked, ending.score);
    return ended;
  });
}

/**
 * Stores how an attempt ended, exactly once. Only the owner of the current attempt may, even when its lease ran out; and who
 * lost the lease may still bring a success as long as nobody else has begun. Scores become those of the model.
 * @throws StoreError `measurement-unknown`
 */
export async function deliverOutcome(db: Database, delivery: Delivery): Promise<Delivered> {
  const { measurementId: id, outcome } = delivery;
  const row = await db.measurement.findUnique({
    where: { id },
    select: { kind: true, spec: true, modelId: true, probeCrashes: true, fresh: true, identity: true },
  });
  if (row === null) throw unknownMeasurement(id);
  const ending = endingOf(row.kind, outcome, row.probeCrashes);
  const asked = { modelId: row.modelId, spec: readJson(parseSpec, row.spec) };
  if (!(await endAndKeep(db, delivery, ending, asked))) return { accepted: false, requeued: null };
  if (hasSucceeded(ending) && row.fresh) await becomeReusable(db, id, row.identity);
  if (ending.kind !== 'requeue') return { accepted: true, requeued: null };
  const requeued = await db.measurement.findUnique({ where: { id }, select: queuedColumns });
  return { accepted: true, requeued: requeued === null ? null : renderJob(requeued) };
}

/** The newest success answers later equal wishes. */
async function becomeReusable(db: Database, id: string, identity: string): Promise<void> {
  await db.$transaction([
    db.measurement.updateMany({ where: { reuseKey: identity, id: { not: id } }, data: { reuseKey: null } }),
    db.measurement.updateMany({ where: { id }, data: { reuseKey: identity } }),
  ]);
}

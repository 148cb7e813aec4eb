import type { Client } from '@espalier/client';
import type { Claimed, MeasurementJob, Outcome } from '@espalier/contracts';
import type { measure } from '@espalier/measure';
import type { Logger } from 'pino';
import { type Activity, BrokenOff, type Work } from './activity.js';
import type { ArtifactCache } from './artifact-cache.js';
import { failureOf } from './failure.js';
import type { Parcel, Spool } from './spool.js';
import { untilAnswered } from './until-answered.js';
import { verdictOf } from './verdict.js';

/** Giving a measurement back must not hold up the end of the agent: its lease runs out anyway. */
const RELEASE_MS = 3_000;

/** What working on a job needs. */
export interface JobOptions {
  readonly client: Client;
  readonly agentId: string;
  readonly cache: ArtifactCache;
  readonly spool: Spool;
  readonly activity: Activity;
  readonly measure: typeof measure;
  readonly random: () => number;
}

/** The job as ours to do; null: it is done, cancelled, superseded or somebody else's. */
async function claim(options: JobOptions, job: MeasurementJob, work: Work, log: Logger): Promise<Claimed | null> {
  const { client, agentId, random } = options;
  try {
    return await untilAnswered({ what: 'claim', signal: work.signal, log, random }, () =>
      client.measurements.claim(job.measurementId, { agentId, attempt: job.attempt }, { signal: work.signal }),
    );
  } catch (error) {
    if (work.signal.aborted || verdictOf(error) === 'later') throw error;
    log.info({ reason: String(error) }, 'job dropped');
    return null;
  }
}

async function measureClaimed(options: JobOptions, claimed: Claimed, work: Work, log: Logger): Promise<Outcome> {
  const { cache, measure, random } = options;
  const wanted = claimed.control === null ? [claimed.subject] : [claimed.subject, claimed.control];
  const [subjectPath = '', controlPath] = await untilAnswered(
    { what: 'artifacts', signal: work.signal, log, random },
    () => cache.fetch(wanted, work.signal),
  );
  const result = await measure(
    { subjectPath, spec: claimed.spec, ...(controlPath === undefined ? {} : { controlPath }) },
    { onProgress: work.progress, signal: work.signal },
  );
  return { kind: 'succeeded', result };
}

/** How the measurement ended; null: the API does not want to know. */
async function outcomeOf(options: JobOptions, claimed: Claimed, work: Work, log: Logger): Promise<Outcome | null> {
  try {
    return await measureClaimed(options, claimed, work, log);
  } catch (error) {
    if (!work.signal.aborted) return { kind: 'failed', failure: failureOf(error) };
    const { reason } = work.signal;
    return reason instanceof BrokenOff && reason.reason === 'cancelled'
      ? null
      : { kind: 'released', reason: 'the agent stops' };
  }
}

/** Gives a measurement back, in a hurry: what cannot be said now, the next start says. */
async function release({ client, spool }: JobOptions, parcel: Parcel, log: Logger): Promise<void> {
  const { measurementId, delivery } = parcel;
  try {
    await client.measurements.deliver(measurementId, delivery, { signal: AbortSignal.timeout(RELEASE_MS) });
    await spool.withdraw(parcel);
    log.info('measurement released');
  } catch (error) {
    log.warn({ reason: String(error) }, 'measurement not released; its lease will run out');
  }
}

/** Measures what is ours, and reports how it ended. */
async function fulfil(options: JobOptions, claimed: Claimed, work: Work, log: Logger): Promise<void> {
  const { agentId, spool } = options;
  const { measurementId, attempt } = claimed;
  const parcelOf = (outcome: Outcome): Parcel => ({ measurementId, delivery: { agentId, attempt, outcome } });
  await spool.prepare(parcelOf({ kind: 'released', reason: 'the agent ended without a word' }));
  const outcome = await outcomeOf(options, claimed, work, log);
  work.end();
  if (outcome === null) {
    await spool.withdraw(parcelOf({ kind: 'released', reason: 'cancelled' }));
    log.info('measurement broken off: it is not wanted any more');
  } else if (outcome.kind === 'released') {
    await release(options, parcelOf(outcome), log);
  } else {
    await spool.send(parcelOf(outcome));
  }
}

/**
 * Does one job of the queue: claim, fetch, measure, report. Resolves when nothing is left to do for it here, whatever came
 * of it; rejects with `BrokenOff` when the agent stopped before the job was its own.
 */
export async function doJob(options: JobOptions, job: MeasurementJob, log: Logger): Promise<void> {
  const work = options.activity.begin();
  try {
    const claimed = await claim(options, job, work, log);
    if (claimed === null) return;
    work.claimed(claimed);
    log.info({ target: claimed.target, subject: claimed.subject, control: claimed.control }, 'measuring');
    await fulfil(options, claimed, work, log);
  } finally {
    work.end();
  }
}

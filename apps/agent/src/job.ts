import { type Client, ClientError } from '@espalier/client';
import type { CanaryStamp, Claimed, MeasurementJob, Outcome } from '@espalier/contracts';
import type { MeasureOptions, measure, profile } from '@espalier/measure';
import { JobDeclined } from '@espalier/queue';
import type { score } from '@espalier/scoring';
import type { Logger } from 'pino';
import { type Activity, BrokenOff, type Work } from './activity.js';
import type { ArtifactCache } from './artifact-cache.js';
import { failureOf } from './failure.js';
import type { Health } from './health.js';
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
  readonly health: Health;
  readonly measure: typeof measure;
  readonly profile: typeof profile;
  readonly score: typeof score;
  /** What a probe may cost; absent: as `measure` decides. */
  readonly limits: Pick<MeasureOptions, 'memoryLimitBytes' | 'deadlineMs'>;
  readonly random: () => number;
}

/** The job as ours to do; null: it is done, cancelled, superseded or somebody else's. */
async function claim(options: JobOptions, job: MeasurementJob, work: Work, log: Logger): Promise<Claimed | null> {
  const { client, agentId, health, random } = options;
  try {
    return await untilAnswered({ what: 'claim', signal: work.signal, log, random }, () =>
      client.measurements.claim(job.measurementId, { agentId, attempt: job.attempt }, { signal: work.signal }),
    );
  } catch (error) {
    if (work.signal.aborted || verdictOf(error) === 'later') throw error;
    if (error instanceof ClientError && error.code === 'device-unhealthy') {
      health.judged('failed');
      throw new JobDeclined(error.message, { cause: error });
    }
    log.info({ reason: String(error) }, 'job dropped');
    return null;
  }
}

/** Where on this disk everything lies that the job names. */
interface Files {
  readonly subjectPath: string;
  readonly controlPath?: string;
  readonly inputDataPath?: string;
  readonly datasetPath?: string;
}

async function fetchFiles(options: JobOptions, claimed: Claimed, work: Work, log: Logger): Promise<Files> {
  const { cache, random } = options;
  const { subject, control, spec } = claimed;
  const dataset = spec.scoring?.dataset ?? null;
  const wanted = [...new Set([subject, control, spec.inputData, dataset].filter((sha256) => sha256 !== null))];
  const paths = await untilAnswered({ what: 'artifacts', signal: work.signal, log, random }, () =>
    cache.fetch(wanted, work.signal),
  );
  const pathOf = (sha256: string): string => paths[wanted.indexOf(sha256)] ?? '';
  return {
    subjectPath: pathOf(subject),
    ...(control === null ? {} : { controlPath: pathOf(control) }),
    ...(spec.inputData === null ? {} : { inputDataPath: pathOf(spec.inputData) }),
    ...(dataset === null ? {} : { datasetPath: pathOf(dataset) }),
  };
}

/** The environment of a result, with the canary of the device beside it. */
function stamped<Result extends { readonly environment: object }>(
  result: Result,
  canary: CanaryStamp | undefined,
): Result {
  return canary === undefined ? result : { ...result, environment: { ...result.environment, canary } };
}

/** Does what was asked for; what the device's canary said goes with it. */
async function measureClaimed(options: JobOptions, claimed: Claimed, work: Work, log: Logger): Promise<Outcome> {
  const { measure, profile, score, health, limits } = options;
  const { kind, spec, target } = claimed;
  const { subjectPath, controlPath, inputDataPath, datasetPath } = await fetchFiles(options, claimed, work, log);
  const canary = health.stamp(target);
  const during = { ...limits, onProgress: work.progress, signal: work.signal };
  switch (kind) {
    case 'latency': {
      const found = await measure({ subjectPath, controlPath, inputDataPath, spec }, during);
      return { kind: 'succeeded', result: stamped(found, canary) };
    }
    case 'profile': {
      const found = await profile({ modelPath: subjectPath, inputDataPath, spec }, during);
      return { kind: 'profiled', profile: stamped(found, canary) };
    }
    case 'score': {
      if (spec.scoring === null || datasetPath === undefined)
        throw new Error('scores were asked for without spec.scoring');
      const { threads, scoring } = spec;
      const found = await score({ modelPath: subjectPath, datasetPath, spec: scoring, threads }, during);
      return { kind: 'scored', score: stamped(found, canary) };
    }
    default:
      return kind satisfies never;
  }
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
 * of it; rejects with `BrokenOff` when the agent stopped before the job was its own, and with `JobDeclined` when the
 * device may take no jobs.
 */
export async function doJob(options: JobOptions, job: MeasurementJob, log: Logger): Promise<void> {
  if (!options.health.allowsJobs()) throw new JobDeclined('the device fails its canary and takes no jobs');
  const work = options.activity.begin();
  try {
    const claimed = await claim(options, job, work, log);
    if (claimed === null) return;
    work.claimed(claimed);
    const { kind, target, subject, control } = claimed;
    log.info({ kind, target, subject, control }, 'measuring');
    await fulfil(options, claimed, work, log);
  } finally {
    work.end();
  }
}

import {
  EnvironmentSample,
  type Measurement,
  MeasurementFailure,
  MeasurementProgress,
  MeasurementResult,
  MeasurementSpec,
  parserOf,
  ProfiledKernel,
  ProfileResult,
  ScoreResult,
} from '@espalier/contracts';
import { Type } from 'typebox';
import type { MeasurementModel } from '../generated/models/Measurement.js';
import { readJson } from '../stored.js';
import { packNumbers, unpackNumbers } from './samples.js';

export const parseSpec = parserOf('spec', MeasurementSpec);
const nullable =
  <T>(parse: (value: unknown) => T) =>
  (value: unknown): T | null =>
    value === null ? null : readJson(parse, value);
const readFailure = nullable(parserOf('failure', MeasurementFailure));
const readResult = nullable(parserOf('result', MeasurementResult));
const readProfile = nullable(parserOf('profile', ProfileResult));
const readScore = nullable(parserOf('score', ScoreResult));
const readDuring = nullable(parserOf('looks at the device', Type.Array(EnvironmentSample)));
const readKernels = nullable(parserOf('kernels', Type.Array(ProfiledKernel)));
export const readProgress = nullable(parserOf('progress', MeasurementProgress));

/** Thousands of numbers that lists leave in the database. */
export const withoutDetails = {
  subjectSamplesMs: true,
  controlSamplesMs: true,
  roundTimesMs: true,
  during: true,
  kernels: true,
} as const;
export type MeasurementRow = Omit<MeasurementModel, keyof typeof withoutDetails> &
  Partial<Pick<MeasurementModel, keyof typeof withoutDetails>>;

/** The result as it is kept: what is long in columns of its own, so that nobody reads it unasked. */
export function splitResult(result: MeasurementResult) {
  const { subject, control, environment } = result;
  return {
    result: {
      ...result,
      subject: { ...subject, samplesMs: [] },
      ...(control === undefined ? {} : { control: { ...control, samplesMs: [] } }),
      atMs: [],
      environment: { ...environment, during: [] },
    },
    subjectSamplesMs: packNumbers(subject.samplesMs),
    controlSamplesMs: control === undefined ? null : packNumbers(control.samplesMs),
    roundTimesMs: packNumbers(result.atMs),
    during: environment.during,
  };
}

/** The profile as it is kept. */
export function splitProfile(profile: ProfileResult) {
  const { environment, kernels } = profile;
  return {
    profile: { ...profile, kernels: [], environment: { ...environment, during: [] } },
    kernels,
    during: environment.during,
  };
}

/** The scores as they are kept. */
export function splitScore(score: ScoreResult) {
  const { environment } = score;
  return { score: { ...score, environment: { ...environment, during: [] } }, during: environment.during };
}

/** The result with its details, when the row was read with them. */
function joinResult(row: MeasurementRow): MeasurementResult | null {
  const result = readResult(row.result);
  if (result === null || row.subjectSamplesMs === undefined) return result;
  const { subject, control, environment } = result;
  return {
    ...result,
    subject: { ...subject, samplesMs: unpackNumbers(row.subjectSamplesMs) },
    ...(control === undefined ? {} : { control: { ...control, samplesMs: unpackNumbers(row.controlSamplesMs) } }),
    atMs: unpackNumbers(row.roundTimesMs),
    environment: { ...environment, during: readDuring(row.during ?? null) ?? [] },
  };
}

function joinProfile(row: MeasurementRow): ProfileResult | null {
  const profile = readProfile(row.profile);
  if (profile === null || row.kernels === undefined) return profile;
  return {
    ...profile,
    kernels: readKernels(row.kernels) ?? [],
    environment: { ...profile.environment, during: readDuring(row.during ?? null) ?? [] },
  };
}

function joinScore(row: MeasurementRow): ScoreResult | null {
  const score = readScore(row.score);
  if (score === null || row.during === undefined) return score;
  return { ...score, environment: { ...score.environment, during: readDuring(row.during) ?? [] } };
}

/** A row as the API shows it; samples, times, looks and kernels are empty when the row was read without them. */
export function renderMeasurement(row: MeasurementRow): Measurement {
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    subject: row.subjectId,
    control: row.controlId,
    modelId: row.modelId,
    target: row.targetName,
    spec: readJson(parseSpec, row.spec),
    attempt: row.attempt,
    agentId: row.agentId,
    progress: readProgress(row.progress),
    result: joinResult(row),
    profile: joinProfile(row),
    score: joinScore(row),
    failure: readFailure(row.failure),
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

/** A measurement that waits in the queue: the job that Redis should hold for it. */
export interface QueuedJob {
  readonly measurementId: string;
  readonly attempt: number;
  readonly target: string;
  /** Lower goes first. */
  readonly priority: number;
}

export const queuedColumns = { id: true, attempt: true, targetName: true, priority: true } as const;

export const renderJob = (row: Pick<MeasurementModel, keyof typeof queuedColumns>): QueuedJob => ({
  measurementId: row.id,
  attempt: row.attempt,
  target: row.targetName,
  priority: row.priority,
});

import {
  type Measurement,
  MeasurementFailure,
  MeasurementProgress,
  MeasurementResult,
  MeasurementSpec,
  parserOf,
} from '@espalier/contracts';
import type { MeasurementModel } from '../generated/models/Measurement.js';
import { readJson } from '../stored.js';

export const parseSpec = parserOf('spec', MeasurementSpec);
const parseResult = parserOf('result', MeasurementResult);
const nullable =
  <T>(parse: (value: unknown) => T) =>
  (value: unknown): T | null =>
    value === null ? null : readJson(parse, value);
const readFailure = nullable(parserOf('failure', MeasurementFailure));
const readResult = nullable(parseResult);
export const readProgress = nullable(parserOf('progress', MeasurementProgress));

/** Samples are many: lists leave them in the database. */
export const withoutSamples = { subjectSamplesMs: true, controlSamplesMs: true } as const;
export type MeasurementRow = Omit<MeasurementModel, keyof typeof withoutSamples> &
  Partial<Pick<MeasurementModel, keyof typeof withoutSamples>>;

const FLOAT64_BYTES = 8;

/** Samples as Postgres keeps them: float64, little-endian. */
function packSamples(samples: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(samples.length * FLOAT64_BYTES);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, at) => view.setFloat64(at * FLOAT64_BYTES, sample, true));
  return bytes;
}

function unpackSamples(bytes: Uint8Array | null | undefined): number[] {
  if (bytes === null || bytes === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / FLOAT64_BYTES }, (_, at) => view.getFloat64(at * FLOAT64_BYTES, true));
}

/** The result as it is kept: the samples in columns of their own, so that nobody reads them unasked. */
export function splitSamples(result: MeasurementResult) {
  const { subject, control } = result;
  return {
    result: {
      ...result,
      subject: { ...subject, samplesMs: [] },
      ...(control === undefined ? {} : { control: { ...control, samplesMs: [] } }),
    },
    subjectSamplesMs: packSamples(subject.samplesMs),
    controlSamplesMs: control === undefined ? null : packSamples(control.samplesMs),
  };
}

function joinSamples(row: MeasurementRow): MeasurementResult | null {
  const result = readResult(row.result);
  if (result === null || row.subjectSamplesMs === undefined) return result;
  const { subject, control } = result;
  return {
    ...result,
    subject: { ...subject, samplesMs: unpackSamples(row.subjectSamplesMs) },
    ...(control === undefined ? {} : { control: { ...control, samplesMs: unpackSamples(row.controlSamplesMs) } }),
  };
}

/** A row as the API shows it; the samples are empty when the row was read without them. */
export function renderMeasurement(row: MeasurementRow): Measurement {
  return {
    id: row.id,
    status: row.status,
    subject: row.subjectId,
    control: row.controlId,
    modelId: row.modelId,
    target: row.targetName,
    spec: readJson(parseSpec, row.spec),
    attempt: row.attempt,
    agentId: row.agentId,
    progress: readProgress(row.progress),
    result: joinSamples(row),
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

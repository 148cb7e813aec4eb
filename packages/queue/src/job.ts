import { MeasurementJob, parserOf } from '@espalier/contracts';

/** A job and the queue it belongs to. */
export interface TargetJob extends MeasurementJob {
  readonly target: string;
  /** Lower goes first, from 1. */
  readonly priority: number;
}

/** The one queue of a target. */
export const queueName = (target: string): string => `q-${target}`;

/** Adding the same attempt twice adds it once. */
export const jobId = ({ measurementId, attempt }: MeasurementJob): string => `${measurementId}-${attempt}`;

/** @throws ContractError when something else wrote into the queue */
export const parseJob = parserOf('MeasurementJob', MeasurementJob);

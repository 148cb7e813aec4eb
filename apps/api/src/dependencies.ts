import type { MeasurementQueue } from '@espalier/queue';
import type { CanaryLimits, Store } from '@espalier/store';
import type { FastifyBaseLogger } from 'fastify';
import type { PlanStreams } from './plan-streams.js';

/** What the routes work with. */
export interface Dependencies {
  readonly store: Store;
  readonly queue: MeasurementQueue;
  readonly planStreams: PlanStreams;
  readonly queuePrefix: string;
  readonly leaseSeconds: number;
  readonly heartbeatSeconds: number;
  readonly maxUploadBytes: number;
  readonly maxInputBytes: number;
  readonly canaryLimits: CanaryLimits;
  readonly webDir: string | null;
  readonly log: FastifyBaseLogger;
}

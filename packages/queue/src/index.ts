export { openQueue, type MeasurementQueue, type QueueOptions } from './queue.js';
export type { Consumer, JobContext, JobHandler } from './consumer.js';
export type { TargetJob } from './job.js';
export type { RedisWarning } from './check.js';
export type { QueueLog } from './log.js';
export { JobDeclined, QueueError, type QueueCode } from './errors.js';

import type { CatalogCode } from '@espalier/catalog';
import type { MeasureCode } from '@espalier/measure';
import type { OnnxCode } from '@espalier/onnx';
import type { PruningCode } from '@espalier/pruning';
import type { QueueCode } from '@espalier/queue';
import type { ScoringCode } from '@espalier/scoring';
import type { StoreCode } from '@espalier/store';
import type { ApiCode } from './errors.js';

/** Every code that a problem can carry. */
export type ProblemCode =
  | ApiCode
  | CatalogCode
  | StoreCode
  | QueueCode
  | OnnxCode
  | PruningCode
  | MeasureCode
  | ScoringCode
  | 'contract-violated';

/** The HTTP status of every code. A code that is missing here does not compile. */
export const STATUS: Readonly<Record<ProblemCode, number>> = {
  // The request
  'request-invalid': 400,
  'contract-violated': 400,
  'cursor-invalid': 400,
  'media-type-unsupported': 415,
  'body-too-large': 413,
  'route-unknown': 404,
  // What it names. In a body, not in the path, these are 422: see `statusOf`
  'artifact-unknown': 404,
  'model-unknown': 404,
  'dataset-unknown': 404,
  'scores-unknown': 404,
  'candidate-unknown': 404,
  'agent-unknown': 404,
  'measurement-unknown': 404,
  'plan-unknown': 404,
  'comparison-unknown': 404,
  'target-unknown': 404,
  'block-unknown': 422,
  'criterion-unknown': 422,
  'group-unknown': 422,
  'filter-unknown': 422,
  // Who it belongs to
  'claim-refused': 409,
  'device-unhealthy': 409,
  'measurement-needed': 409,
  'criterion-reserved': 409,
  // What does not go together
  'artifact-kind-wrong': 422,
  'control-not-allowed': 422,
  'scoring-missing': 422,
  'scoring-not-allowed': 422,
  'sweep-not-allowed': 422,
  'scores-incomplete': 422,
  'dataset-unfit': 422,
  'labels-missing': 422,
  'measurement-not-latency': 422,
  'batch-too-large': 422,
  // An uploaded file
  'artifact-too-large': 413,
  'artifact-empty': 422,
  'not-onnx': 422,
  truncated: 422,
  damaged: 422,
  unsupported: 422,
  'graph-empty': 422,
  'graph-cyclic': 422,
  'tensor-duplicate': 422,
  'tensor-unknown': 422,
  'tensor-invalid': 422,
  'external-data-missing': 422,
  'external-data-escapes': 422,
  'model-too-large': 422,
  'model-invalid': 422,
  'input-unresolved': 422,
  'input-data-invalid': 422,
  'dataset-invalid': 422,
  'logits-missing': 422,
  'affinity-invalid': 422,
  'affinity-unsupported': 422,
  'provider-options-invalid': 422,
  'probe-timeout': 422,
  'probe-out-of-memory': 422,
  'probe-crashed': 422,
  'provider-unavailable': 422,
  // What cannot be done with a model
  'block-not-removable': 422,
  'no-removable-block': 422,
  'group-not-prunable': 422,
  'filters-none-left': 422,
  'filter-choice-invalid': 422,
  'criterion-not-applicable': 422,
  'edit-invalid': 422,
  'importance-invalid': 422,
  // The service
  'database-unavailable': 503,
  'redis-unavailable': 503,
  'redis-refused': 503,
  'not-ready': 503,
  cancelled: 503,
  'disk-full': 507,
  'file-unusable': 500,
  'builder-misuse': 500,
  'sample-invalid': 500,
  'stored-value-invalid': 500,
  'migration-changed': 500,
  'migration-unfinished': 500,
  'migration-failed': 500,
  'port-taken': 500,
  'address-unusable': 500,
  internal: 500,
};

/** Whether some error's code is one of ours. */
export const isProblemCode = (code: unknown): code is ProblemCode =>
  typeof code === 'string' && Object.hasOwn(STATUS, code);

/** 404 says that the address names nothing; what a body names is 422. */
export const statusOf = (code: ProblemCode, addressNamesSomething: boolean): number =>
  code.endsWith('-unknown') && code !== 'route-unknown' && !addressNamesSomething ? 422 : STATUS[code];

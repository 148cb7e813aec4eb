import type { MeasureCode } from '@espalier/measure';
import type { OnnxCode } from '@espalier/onnx';
import type { PruningCode } from '@espalier/pruning';
import type { QueueCode } from '@espalier/queue';
import type { StoreCode } from '@espalier/store';
import type { ApiCode } from './errors.js';

/** Every code that a problem can carry. */
export type ProblemCode = ApiCode | StoreCode | QueueCode | OnnxCode | PruningCode | MeasureCode | 'contract_violated';

/** The HTTP status of every code. A code that is missing here does not compile. */
export const STATUS: Readonly<Record<ProblemCode, number>> = {
  // The request
  request_invalid: 400,
  contract_violated: 400,
  cursor_invalid: 400,
  media_type_unsupported: 415,
  body_too_large: 413,
  route_unknown: 404,
  // What it names. In a body, not in the path, these are 422: see `statusOf`
  artifact_unknown: 404,
  model_unknown: 404,
  candidate_unknown: 404,
  agent_unknown: 404,
  measurement_unknown: 404,
  plan_unknown: 404,
  target_unknown: 404,
  block_unknown: 422,
  criterion_unknown: 422,
  // Who it belongs to
  claim_refused: 409,
  measurement_needed: 409,
  // An uploaded file
  artifact_too_large: 413,
  artifact_empty: 422,
  not_onnx: 422,
  truncated: 422,
  damaged: 422,
  unsupported: 422,
  graph_empty: 422,
  graph_cyclic: 422,
  tensor_duplicate: 422,
  tensor_unknown: 422,
  tensor_invalid: 422,
  external_data_missing: 422,
  external_data_escapes: 422,
  model_too_large: 422,
  model_invalid: 422,
  input_unresolved: 422,
  probe_timeout: 422,
  probe_out_of_memory: 422,
  probe_crashed: 422,
  provider_unavailable: 422,
  // What cannot be done with a model
  block_not_removable: 422,
  no_removable_block: 422,
  criterion_not_applicable: 422,
  edit_invalid: 422,
  importance_invalid: 422,
  // The service
  database_unavailable: 503,
  redis_unavailable: 503,
  redis_refused: 503,
  not_ready: 503,
  cancelled: 503,
  disk_full: 507,
  file_unusable: 500,
  builder_misuse: 500,
  sample_invalid: 500,
  stored_value_invalid: 500,
  migration_changed: 500,
  migration_unfinished: 500,
  migration_failed: 500,
  port_taken: 500,
  address_unusable: 500,
  internal: 500,
};

/** Whether some error's code is one of ours. */
export const isProblemCode = (code: unknown): code is ProblemCode =>
  typeof code === 'string' && Object.hasOwn(STATUS, code);

/** 404 says that the address names nothing; what a body names is 422. */
export const statusOf = (code: ProblemCode, addressNamesSomething: boolean): number =>
  code.endsWith('_unknown') && code !== 'route_unknown' && !addressNamesSomething ? 422 : STATUS[code];

import { STATUS_CODES } from 'node:http';
import { CatalogError } from '@espalier/catalog';
import { type ContractViolation, ContractError, type Problem, violationsOf } from '@espalier/contracts';
import { MeasureError } from '@espalier/measure';
import { OnnxError } from '@espalier/onnx';
import { PruningError } from '@espalier/pruning';
import { QueueError } from '@espalier/queue';
import { ScoringError } from '@espalier/scoring';
import { StoreError } from '@espalier/store';
import { ApiError } from './errors.js';
import { isProblemCode, type ProblemCode, statusOf } from './status.js';

/** Where an error happened. */
export interface ProblemContext {
  readonly requestId: string;
  /** Whether the address of the request has parameters. */
  readonly addressNamesSomething: boolean;
}

/** What an error of ours says of itself. */
interface Told {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly hint?: string | undefined;
  readonly errors?: readonly ContractViolation[];
  /** When the code does not decide it. */
  readonly status?: number;
}

const OURS = [
  ApiError,
  StoreError,
  QueueError,
  OnnxError,
  PruningError,
  MeasureError,
  ScoringError,
  CatalogError,
  ContractError,
];

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

function toldByOurs(error: Error): Told | undefined {
  const code = property(error, 'code');
  if (!OURS.some((kind) => error instanceof kind) || !isProblemCode(code)) return undefined;
  const hint = property(error, 'hint');
  return {
    code,
    detail: error.message,
    hint: typeof hint === 'string' ? hint : undefined,
    ...(error instanceof ContractError ? { errors: error.violations } : {}),
  };
}

/** Fastify's own refusals: a body that is no JSON, one that is too large, a media type that nobody reads. */
function toldByFastify(error: Error): Told | undefined {
  const code = property(error, 'code');
  const status = property(error, 'statusCode');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return { code: 'media-type-unsupported', detail: error.message };
  if (status === 413) return { code: 'body-too-large', detail: error.message };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { code: 'request-invalid', detail: error.message, status };
  }
  return undefined;
}

/** A request that does not match its route's schema; see plugins/validation.ts. */
export class RequestInvalid extends Error {
  readonly violations: readonly ContractViolation[];

  constructor(errors: Parameters<typeof violationsOf>[0], schema: object, part: string) {
    const violations = violationsOf(errors, schema).map(({ path, message }) => ({ path: `${part}${path}`, message }));
    super(violations.map(({ path, message }) => `${path} ${message}`).join('; '));
    this.violations = violations;
  }
}

const internal: Told = { code: 'internal', detail: 'Something went wrong in the service; its log says what' };

function told(error: unknown): Told {
  if (error instanceof RequestInvalid) {
    return { code: 'request-invalid', detail: error.message, errors: error.violations };
  }
  if (!(error instanceof Error)) return internal;
  return toldByOurs(error) ?? toldByFastify(error) ?? internal;
}

/** An error as an answer (RFC 9457). The text of one that is not ours stays in the log. */
export function problemOf(error: unknown, { requestId, addressNamesSomething }: ProblemContext): Problem {
  const { code, detail, hint, errors, status = statusOf(code, addressNamesSomething) } = told(error);
  return {
    type: `urn:espalier:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail,
    instance: requestId,
    ...(hint === undefined ? {} : { hint }),
    ...(errors === undefined ? {} : { errors: [...errors] }),
  };
}

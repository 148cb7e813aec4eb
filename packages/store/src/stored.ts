import { createHash } from 'node:crypto';
import { canonicalJson, ContractError } from '@espalier/contracts';
import { StoreError } from './errors.js';
import type { InputJsonValue } from './generated/internal/prismaNamespace.js';

/**
 * Reads a JSON column by its schema's parser.
 * @throws StoreError `stored-value-invalid`, when something else wrote it, or an older version that needs a migration
 */
export function readJson<T>(parse: (value: unknown) => T, value: unknown): T {
  try {
    return parse(value);
  } catch (cause) {
    if (!(cause instanceof ContractError)) throw cause;
    throw new StoreError('stored-value-invalid', `Postgres holds a value of an unknown form: ${cause.message}`, {
      cause,
      hint: 'It was written by another version of the service',
    });
  }
}

function isJson(value: unknown): value is InputJsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return typeof value === 'object' && Object.values(value).every((inner) => inner === undefined || isJson(inner));
}

/**
 * A value as Prisma wants JSON.
 * @throws TypeError when it holds something that JSON cannot keep, such as a Map or NaN
 */
export function toJson(value: unknown): InputJsonValue {
  if (value instanceof Map || value instanceof Set || !isJson(value)) throw new TypeError('The value is not JSON');
  return value;
}

/** SHA-256, in hex, of a value's canonical JSON. */
export function keyOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

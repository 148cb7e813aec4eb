import { type MeasurementSpec, MeasurementSpec as MeasurementSpecSchema } from './spec.js';
import { parserOf } from './parse.js';

const parseSpec = parserOf('MeasurementSpec', MeasurementSpecSchema);

/**
 * The spec with every default filled in.
 * @throws ContractError when a field is unknown or out of range
 */
export function resolveSpec(partial: unknown = {}): MeasurementSpec {
  return parseSpec(partial);
}

/**
 * A text that is equal for two values exactly when they are equal as JSON, whatever the order of their keys
 * (the idea of RFC 8785, for the JSON values of our contracts).
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

import { ClientError } from '@espalier/client';
import type { MeasurementFailure } from '@espalier/contracts';
import { MeasureError } from '@espalier/measure';

const withHint = (message: string, hint: string | undefined): string =>
  hint === undefined ? message : `${message}; ${hint}`;

/**
 * Why a measurement failed, as the API keeps it: the probe's own code with its last words; `artifact-unavailable` when
 * what to measure could not be had; `agent-error` for everything that should not happen.
 */
export function failureOf(error: unknown): MeasurementFailure {
  if (error instanceof MeasureError) {
    const lastWords = error.probe?.lastWords ?? '';
    return {
      code: error.code,
      message: withHint(error.message, error.hint),
      ...(lastWords === '' ? {} : { detail: lastWords }),
    };
  }
  if (error instanceof ClientError) {
    return { code: 'artifact-unavailable', message: withHint(error.message, error.hint), detail: error.code };
  }
  return {
    code: 'agent-error',
    message: String(error),
    ...(error instanceof Error && error.stack !== undefined ? { detail: error.stack } : {}),
  };
}

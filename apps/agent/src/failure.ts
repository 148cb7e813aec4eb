import { basename } from 'node:path';
import { ClientError } from '@espalier/client';
import type { MeasurementFailure } from '@espalier/contracts';
import { MeasureError, type ProbeEnd } from '@espalier/measure';
import { ScoringError } from '@espalier/scoring';

const withHint = (message: string, hint: string | undefined): string =>
  hint === undefined ? message : `${message}; ${hint}`;

/** What the probe was at when it ended; its models are files of the cache, named by their SHA-256. */
function lastDeed(doing: ProbeEnd['doing']): string {
  if (doing === undefined) return '';
  return doing.modelPath === undefined
    ? `phase: ${doing.phase}`
    : `phase: ${doing.phase} of ${basename(doing.modelPath)}`;
}

/**
 * Why a measurement failed, as the API keeps it: the probe's own code with its last words; the code of what cannot be scored;
 * `artifact-unavailable` when
 * what to measure could not be had; `agent-error` for everything that should not happen.
 */
export function failureOf(error: unknown): MeasurementFailure {
  if (error instanceof MeasureError) {
    const detail = [lastDeed(error.probe?.doing), error.probe?.lastWords ?? '']
      .filter((text) => text !== '')
      .join('\n');
    return {
      code: error.code,
      message: withHint(error.message, error.hint),
      ...(detail === '' ? {} : { detail }),
    };
  }
  if (error instanceof ScoringError) return { code: error.code, message: withHint(error.message, error.hint) };
  if (error instanceof ClientError) {
    return { code: 'artifact-unavailable', message: withHint(error.message, error.hint), detail: error.code };
  }
  return {
    code: 'agent-error',
    message: String(error),
    ...(error instanceof Error && error.stack !== undefined ? { detail: error.stack } : {}),
  };
}

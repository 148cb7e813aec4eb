import { MeasureError, type MeasureCode, type ProbeEnd } from '@espalier/measure';
import { OnnxError } from '@espalier/onnx';
import { PruningError } from '@espalier/pruning';
import { type ScoringCode, ScoringError } from '../errors.js';
import type { Failed } from './messages.js';

/** Codes of this package, each once: an error that crosses to another process is made anew by its code. */
const scoringCodes: Readonly<Record<ScoringCode, true>> = {
  'dataset-invalid': true,
  'dataset-unfit': true,
  'labels-missing': true,
  'logits-missing': true,
  'criterion-not-applicable': true,
};

/** Codes that a run in the child can end with; all others are a crash. */
const measureCodes: Partial<Readonly<Record<MeasureCode, true>>> = {
  'model-invalid': true,
  'probe-out-of-memory': true,
};

function isScoringCode(code: string): code is ScoringCode {
  return Object.hasOwn(scoringCodes, code);
}

function isMeasureCode(code: string): code is MeasureCode {
  return Object.hasOwn(measureCodes, code);
}

function said(
  of: Failed['of'],
  code: string,
  { message, hint }: { message: string; hint?: string | undefined },
): Failed {
  return { kind: 'failed', of, code, message, ...(hint === undefined ? {} : { hint }) };
}

/** An error of the child, as a message. */
export function failureOf(cause: unknown): Failed {
  if (cause instanceof ScoringError) return said('scoring', cause.code, cause);
  if (cause instanceof MeasureError) return said('measure', cause.code, cause);
  if (cause instanceof OnnxError) return said('measure', 'model-invalid', cause);
  if (cause instanceof PruningError) return said('scoring', 'criterion-not-applicable', cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  return { kind: 'failed', of: 'measure', code: 'probe-crashed', message: `scoring failed: ${message}` };
}

/** The error that a message of the child stands for. */
export function errorOf({ of, code, message, hint }: Failed, probe: ProbeEnd): ScoringError | MeasureError {
  if (of === 'scoring' && isScoringCode(code)) return new ScoringError(code, message, { hint });
  return new MeasureError(isMeasureCode(code) ? code : 'probe-crashed', message, { hint, probe });
}

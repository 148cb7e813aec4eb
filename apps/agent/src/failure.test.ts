import { ClientError } from '@espalier/client';
import { MeasureError } from '@espalier/measure';
import { ScoringError } from '@espalier/scoring';
import { expect, test } from '@jest/globals';
import { failureOf } from './failure.js';

test("a probe's end keeps its code and its last words", () => {
  const probe = { exitCode: null, signal: 'SIGSEGV', lastWords: 'kernel: boom' } as const;
  expect(failureOf(new MeasureError('probe-crashed', 'the probe died', { probe, hint: 'try another' }))).toEqual({
    code: 'probe-crashed',
    message: 'the probe died; try another',
    detail: 'kernel: boom',
  });
  expect(failureOf(new MeasureError('model-invalid', 'no model'))).toEqual({
    code: 'model-invalid',
    message: 'no model',
  });
});

test('what the probe was at when it ended comes before its last words', () => {
  const doing = { phase: 'first-run', modelPath: '/var/cache/0123abcd' } as const;
  const probe = { exitCode: null, signal: 'SIGSEGV', lastWords: 'kernel: boom', doing } as const;
  expect(failureOf(new MeasureError('probe-crashed', 'the probe died', { probe })).detail).toBe(
    'phase: first-run of 0123abcd\nkernel: boom',
  );
});

test('what cannot be scored keeps its code, and says what helps', () => {
  expect(failureOf(new ScoringError('dataset-unfit', 'the label 9 is beyond the 3 classes', { hint: 'look' }))).toEqual(
    {
      code: 'dataset-unfit',
      message: 'the label 9 is beyond the 3 classes; look',
    },
  );
});

test('an artifact that could not be had is artifact-unavailable, whatever the reason', () => {
  expect(failureOf(new ClientError('artifact-corrupt', 'other bytes'))).toEqual({
    code: 'artifact-unavailable',
    message: 'other bytes',
    detail: 'artifact-corrupt',
  });
});

test('what should not happen is agent-error, with the stack', () => {
  expect(failureOf(new TypeError('oops'))).toMatchObject({
    code: 'agent-error',
    message: 'TypeError: oops',
    detail: expect.stringContaining('failure.test'),
  });
});

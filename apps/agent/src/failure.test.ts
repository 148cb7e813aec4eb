import { ClientError } from '@espalier/client';
import { MeasureError } from '@espalier/measure';
import { expect, test } from '@jest/globals';
import { failureOf } from './failure.js';

test("a probe's end keeps its code and its last words", () => {
  const probe = { exitCode: null, signal: 'SIGSEGV', lastWords: 'kernel: boom' } as const;
  expect(failureOf(new MeasureError('probe_crashed', 'the probe died', { probe, hint: 'try another' }))).toEqual({
    code: 'probe_crashed',
    message: 'the probe died; try another',
    detail: 'kernel: boom',
  });
  expect(failureOf(new MeasureError('model_invalid', 'no model'))).toEqual({
    code: 'model_invalid',
    message: 'no model',
  });
});

test('an artifact that could not be had is artifact_unavailable, whatever the reason', () => {
  expect(failureOf(new ClientError('artifact_corrupt', 'other bytes'))).toEqual({
    code: 'artifact_unavailable',
    message: 'other bytes',
    detail: 'artifact_corrupt',
  });
});

test('what should not happen is agent_error, with the stack', () => {
  expect(failureOf(new TypeError('oops'))).toMatchObject({
    code: 'agent_error',
    message: 'TypeError: oops',
    detail: expect.stringContaining('failure.test'),
  });
});

import { ContractError } from '@espalier/contracts';
import { OnnxError } from '@espalier/onnx';
import { StoreError } from '@espalier/store';
import { expect, test } from '@jest/globals';
import { problemOf } from './problem.js';
import { STATUS } from './status.js';

const context = { requestId: 'r1', addressNamesSomething: true };

test('an error of ours keeps its code, text and hint', () => {
  const error = new OnnxError('truncated', 'the file ends in the middle', { hint: 'upload it again' });
  expect(problemOf(error, context)).toEqual({
    type: 'urn:espalier:problem:truncated',
    title: 'Unprocessable Entity',
    status: 422,
    code: 'truncated',
    detail: 'the file ends in the middle',
    hint: 'upload it again',
    instance: 'r1',
  });
});

test('what the address names is 404, what a body names is 422', () => {
  const error = new StoreError('model-unknown', 'There is no model x');
  expect(problemOf(error, context).status).toBe(404);
  expect(problemOf(error, { ...context, addressNamesSomething: false }).status).toBe(422);
});

test('the text of an error that is not ours stays in the log', () => {
  for (const error of [new Error('password=secret'), 'secret', { code: 'model-unknown', message: 'secret' }, null]) {
    const problem = problemOf(error, context);
    expect(problem).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  }
});

test('every violation of a contract is listed', () => {
  const violations = [
    { path: '/batch', message: 'must be >= 1' },
    { path: '/threads', message: 'must be integer' },
  ];
  expect(problemOf(new ContractError('MeasurementSpec', violations), context)).toMatchObject({
    status: 400,
    code: 'contract-violated',
    errors: violations,
  });
});

test('every code has an HTTP status of an error, and is written like a code', () => {
  for (const [code, status] of Object.entries(STATUS)) {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
  }
});

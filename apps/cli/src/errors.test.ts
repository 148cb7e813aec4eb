import { expect, test } from '@jest/globals';
import { CliError, describeError, exitCodes } from './errors.js';

test('an error of ours is told with its code and its hint', () => {
  expect(describeError(new CliError('model-not-found', 'no such model', { hint: 'look in the zoo' }))).toEqual({
    message: 'no such model',
    code: 'model-not-found',
    hint: 'look in the zoo',
    exitCode: exitCodes.badInput,
  });
});

test('an interrupted command ends with 130, whoever noticed it', () => {
  expect(describeError(Object.assign(new Error('stop'), { name: 'AbortError' })).exitCode).toBe(exitCodes.interrupted);
  expect(describeError(Object.assign(new Error('x'), { code: 'cancelled' })).exitCode).toBe(exitCodes.interrupted);
});

test('a service that cannot be reached has an exit code of its own', () => {
  expect(describeError(Object.assign(new Error('x'), { code: 'api-unreachable' })).exitCode).toBe(
    exitCodes.unreachable,
  );
});

test('bad input and a failing machine are told apart', () => {
  expect(describeError(Object.assign(new Error('x'), { code: 'not-onnx' })).exitCode).toBe(exitCodes.badInput);
  expect(describeError(Object.assign(new Error('x'), { code: 'ENOSPC' })).exitCode).toBe(exitCodes.failed);
  expect(describeError('a string').message).toBe('a string');
});

import { ClientError } from '@espalier/client';
import { expect, test } from '@jest/globals';
import { verdictOf } from './verdict.js';

test.each([
  ['nobody answers', 'later', new ClientError('api-unreachable', '')],
  ['the API starts', 'later', new ClientError('not-ready', '', { status: 503 })],
  ['the API has a bug', 'later', new ClientError('internal', '', { status: 500 })],
  ['too many requests', 'later', new ClientError('rate-limited', '', { status: 429 })],
  ['a credential to mend', 'later', new ClientError('forbidden', '', { status: 403 })],
  ["a proxy's 404", 'later', new ClientError('answer-failed', '', { status: 404 })],
  ['an answer of another service', 'later', new ClientError('answer-invalid', '', { status: 200 })],
  ['an API without this route', 'later', new ClientError('route-unknown', '', { status: 404 })],
  ['an unknown measurement', 'gone', new ClientError('measurement-unknown', '', { status: 404 })],
  ["another agent's attempt", 'gone', new ClientError('measurement-taken', '', { status: 409 })],
  ['a body too large', 'refused', new ClientError('body-too-large', '', { status: 413 })],
  ['a body that is wrong', 'refused', new ClientError('request-invalid', '', { status: 400 })],
  ['other bytes than promised', 'refused', new ClientError('artifact-corrupt', '')],
  ['a full disk', 'refused', new ClientError('file-unwritable', '')],
  ['something else', 'later', new TypeError('?')],
])('%s: %s', (_name, verdict, error) => {
  expect(verdictOf(error)).toBe(verdict);
});

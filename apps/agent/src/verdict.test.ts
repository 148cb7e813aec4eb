import { ClientError } from '@espalier/client';
import { expect, test } from '@jest/globals';
import { verdictOf } from './verdict.js';

test.each([
  ['nobody answers', new ClientError('api_unreachable', ''), 'later'],
  ['the API starts', new ClientError('not_ready', '', { status: 503 }), 'later'],
  ['the API has a bug', new ClientError('internal', '', { status: 500 }), 'later'],
  ['too many requests', new ClientError('rate_limited', '', { status: 429 }), 'later'],
  ['a credential to mend', new ClientError('forbidden', '', { status: 403 }), 'later'],
  ["a proxy's 404", new ClientError('answer_failed', '', { status: 404 }), 'later'],
  ['an answer of another service', new ClientError('answer_invalid', '', { status: 200 }), 'later'],
  ['an unknown measurement', new ClientError('measurement_unknown', '', { status: 404 }), 'gone'],
  ["another agent's attempt", new ClientError('measurement_taken', '', { status: 409 }), 'gone'],
  ['a body too large', new ClientError('body_too_large', '', { status: 413 }), 'refused'],
  ['a body that is wrong', new ClientError('request_invalid', '', { status: 400 }), 'refused'],
  ['other bytes than promised', new ClientError('artifact_corrupt', ''), 'refused'],
  ['a full disk', new ClientError('file_unwritable', ''), 'refused'],
  ['something else', new TypeError('?'), 'later'],
])('%s: %s is judged %s', (_name, error, verdict) => {
  expect(verdictOf(error)).toBe(verdict);
});

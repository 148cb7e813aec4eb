import { expect, test } from '@jest/globals';
import { profileOf, resultOf, scoreOf } from '../testing/scene.js';
import { endingOf } from './lifecycle.js';

const failed = (code: string) => ({ kind: 'failed' as const, failure: { code, message: 'm', detail: 'last words' } });

test.each(['probe-crashed', 'probe-out-of-memory', 'probe-timeout'])(
  '%s is tried a second time, not a third',
  (code) => {
    expect(endingOf('latency', failed(code), 0)).toEqual({ kind: 'requeue', crashed: true });
    expect(endingOf('latency', failed(code), 1)).toEqual({
      kind: 'fail',
      crashed: true,
      failure: failed(code).failure,
    });
  },
);

test.each(['model-invalid', 'provider-unavailable', 'something-new'])('%s fails at once', (code) => {
  expect(endingOf('latency', failed(code), 0)).toEqual({ kind: 'fail', crashed: false, failure: failed(code).failure });
});

test('a measurement that was given back is queued again, however often the probe crashed before', () => {
  const released = { kind: 'released' as const, reason: 'the agent stops' };
  expect(endingOf('latency', released, 0)).toEqual({ kind: 'requeue', crashed: false });
  expect(endingOf('latency', released, 1)).toEqual({ kind: 'requeue', crashed: false });
});

test('what was asked for is what must come', () => {
  const latency = { kind: 'succeeded' as const, result: resultOf(5) };
  const profile = { kind: 'profiled' as const, profile: profileOf() };
  expect(endingOf('latency', latency, 0)).toEqual({ kind: 'succeed', result: latency.result });
  expect(endingOf('profile', profile, 0)).toEqual({ kind: 'profile', profile: profile.profile });
  const score = { kind: 'scored' as const, score: scoreOf() };
  expect(endingOf('score', score, 0)).toEqual({ kind: 'score', score: score.score });
  const wrong = [
    endingOf('profile', latency, 0),
    endingOf('latency', profile, 0),
    endingOf('latency', score, 0),
    endingOf('score', latency, 0),
  ];
  for (const ending of wrong) {
    expect(ending).toMatchObject({ kind: 'fail', crashed: false, failure: { code: 'outcome-mismatched' } });
  }
});

test('last words keep no NUL, which Postgres would refuse', () => {
  const failure = { code: 'probe-crashed', message: 'it ended', detail: 'a\0b' };
  expect(endingOf('score', { kind: 'failed', failure }, 1)).toEqual({
    kind: 'fail',
    crashed: true,
    failure: { ...failure, detail: 'a\ufffdb' },
  });
});

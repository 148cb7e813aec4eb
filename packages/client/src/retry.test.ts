import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pause, retryDelayMs } from './index.js';

test('a pause doubles up to its limit and never vanishes', () => {
  const policy = { retries: 9, baseMs: 100, maxMs: 1_000 };
  expect([1, 2, 3, 4, 5, 6].map((attempt) => retryDelayMs(attempt, policy, 1 - Number.EPSILON))).toEqual(
    [100, 200, 400, 800, 1_000, 1_000].map((ms) => expect.closeTo(ms, 6)),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, random) => {
        const ms = retryDelayMs(attempt, policy, random);
        return ms >= 50 && ms <= 1_000;
      },
    ),
  );
});

test('an aborted pause rejects with the reason of its signal, before or during', async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  const during = pause(60_000, controller.signal);
  controller.abort(reason);
  await expect(during).rejects.toBe(reason);
  await expect(pause(60_000, controller.signal)).rejects.toBe(reason);
});

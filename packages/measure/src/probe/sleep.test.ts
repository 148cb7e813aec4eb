import { expect, test } from '@jest/globals';
import { sleepUntil } from './sleep.js';

test('sleeping never ends early, be it for long, for less than a millisecond, or not at all', async () => {
  for (const ms of [7.3, 2.2, 0.4, 0, -5]) {
    const dueMs = performance.now() + ms;
    await sleepUntil(dueMs);
    expect(performance.now()).toBeGreaterThanOrEqual(dueMs);
  }
});

import { expect, test } from '@jest/globals';
import { describeProgress, progressRemaining, progressShare } from './progress.js';

test('a measurement that samples says how many runs and how precise so far', () => {
  const progress = { phase: 'sampling', runs: 312, relativeHalfWidth: 0.0141, elapsedMs: 3000 } as const;
  expect(describeProgress(progress)).toBe('312 runs, ±1.4\u202f% so far');
});

test('before it samples, it says what it waits for', () => {
  expect(describeProgress(null)).toBe('starting');
  expect(describeProgress({ phase: 'loading', runs: 0, elapsedMs: 0 })).toBe('loading the model');
  expect(describeProgress({ phase: 'warming-up', runs: 1, elapsedMs: 0 })).toBe('warming up, 1 run');
});

test('the share done is known only when the time left is', () => {
  expect(progressShare(null)).toBeNull();
  expect(progressShare({ phase: 'sampling', runs: 1, elapsedMs: 3000 })).toBeNull();
  expect(progressShare({ phase: 'sampling', runs: 1, elapsedMs: 3000, remainingMs: 1000 })).toBe(0.75);
  expect(progressShare({ phase: 'sampling', runs: 1, elapsedMs: 3000, remainingMs: -5 })).toBe(1);
  expect(progressRemaining({ phase: 'sampling', runs: 1, elapsedMs: 3000, remainingMs: 1000 })).toBe(
    'a few seconds left',
  );
  expect(progressRemaining(null)).toBe('');
});

import { expect, test } from '@jest/globals';
import { formatAgo, formatDuration, formatRemaining } from './time.js';

const NOW = '2026-03-01T12:00:00.000Z';
const ago = (seconds: number) => formatAgo(new Date(Date.parse(NOW) - seconds * 1000).toISOString(), Date.parse(NOW));

test.each([
  [0, '0\u202fs'],
  [45.4, '45\u202fs'],
  [60, '1\u202fmin'],
  [200, '3\u202fmin 20\u202fs'],
  [7_500, '2\u202fh 5\u202fmin'],
])('%d seconds are written %j', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  [2, 'a few seconds left'],
  [41, 'about 45\u202fs left'],
  [121, 'about 3\u202fmin left'],
])('%d seconds to go are written %j', (seconds, text) => {
  expect(formatRemaining(seconds)).toBe(text);
});

test.each([
  [-20, 'just now'],
  [2, 'just now'],
  [12, '12\u202fs ago'],
  [3_599, '59\u202fmin ago'],
  [7_300, '2\u202fh ago'],
  [86_400, '1 day ago'],
  [5 * 86_400, '5 days ago'],
  [40 * 86_400, 'on 2026-01-20'],
])('what happened %d seconds ago was %j', (seconds, text) => {
  expect(ago(seconds)).toBe(text);
});

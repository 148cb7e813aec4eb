import type { HistoryItem } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { historyMarks } from './history-marks.js';

const item = (day: number, valueMs: number, verdict: HistoryItem['change']['verdict']): HistoryItem => ({
  measurementId: `measurement ${day}`,
  at: `2026-03-0${day}T00:00:00.000Z`,
  agentId: null,
  agentName: null,
  valueMs,
  ci: [valueMs - 1, valueMs + 1],
  canaryMs: null,
  warnings: [],
  change: {
    verdict,
    ratio: null,
    ci: null,
    referenceMs: null,
    references: 0,
    noiseShare: 0,
    canaryCorrected: true,
  },
});

test('every result keeps its moment, its interval and its verdict, inside the axes', () => {
  const { marks, times, values } = historyMarks(
    { items: [item(1, 10, 'too-little-data'), item(2, 12, 'slower')] },
    'measurement 2',
  );
  expect(marks.map(({ verdict, here }) => [verdict, here])).toEqual([
    ['too-little-data', false],
    ['slower', true],
  ]);
  for (const { atMs, low, high } of marks) {
    expect(atMs > times[0] && atMs < times[1]).toBe(true);
    expect(low > values[0] && high < values[1]).toBe(true);
  }
});

test('no latency is below zero, however wide its interval', () => {
  expect(historyMarks({ items: [item(1, 0.5, 'no-change')] }, '').values[0]).toBe(0);
});

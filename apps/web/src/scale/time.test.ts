import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { timeText, timeTicks } from './time.js';

const at = (text: string): number => Date.parse(text);

test('ticks of a day lie on round hours, those of a month on days', () => {
  const ticks = timeTicks([at('2026-03-01T01:10:00Z'), at('2026-03-02T00:50:00Z')], 5);
  expect(ticks.map((tick) => timeText(tick, ticks))).toEqual(['06:00', '12:00', '18:00', '00:00']);
  const days = timeTicks([at('2026-03-01T01:10:00Z'), at('2026-03-05T00:50:00Z')], 5);
  expect(days.map((tick) => timeText(tick, days))).toEqual(['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05']);
});

test('there are never more ticks than asked for, and none lies outside', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1e12, max: 2e12 }), fc.integer({ min: 1, max: 1e12 }), (from, width) => {
      const ticks = timeTicks([from, from + width], 5);
      expect(ticks.length).toBeLessThanOrEqual(5);
      for (const tick of ticks) expect(tick >= from && tick <= from + width).toBe(true);
    }),
  );
});

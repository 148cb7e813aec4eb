import { resolveSpec } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { MeasureError } from '../measure-error.js';
import { deadlineFrom, probeDeadlineMs } from './deadline.js';

const spec = resolveSpec({ maxSeconds: 10 });
const timeout = new MeasureError('probe-timeout', 'the probe was not done after 1 s and was killed');

test('without a deadline each probe has its own, with room for the gaps of a pacing', () => {
  const deadline = deadlineFrom(() => 0, undefined);
  expect(deadline.leftMs(spec, 1)).toBe(150_000);
  expect(deadline.told(timeout)).toBe(timeout);
  const gaps = resolveSpec({ maxSeconds: 10, pacing: { kind: 'idle-gap', gapMs: 60_000 } });
  expect(probeDeadlineMs(gaps, 2)).toBe(750_000);
});

test('a deadline leaves to each probe what those before have left, and then nothing', () => {
  let nowMs = 500;
  const deadline = deadlineFrom(() => nowMs, 4000);
  expect(deadline.leftMs(spec, 1)).toBe(4000);
  nowMs += 3000;
  expect(deadline.leftMs(spec, 1)).toBe(1000);
  nowMs += 1000;
  expect(() => deadline.leftMs(spec, 1)).toThrow(/was not done after 4 s, in process 3/);
});

test('a later probe that runs into the deadline of the whole says so, and other failures are left alone', () => {
  const deadline = deadlineFrom(() => 0, 4000);
  deadline.leftMs(spec, 1);
  expect(deadline.told(timeout)).toBe(timeout);
  deadline.leftMs(spec, 1);
  expect(deadline.told(timeout)).toMatchObject({
    code: 'probe-timeout',
    message: expect.stringContaining('after 4 s'),
  });
  const crash = new MeasureError('probe-crashed', 'it ended');
  expect(deadline.told(crash)).toBe(crash);
});

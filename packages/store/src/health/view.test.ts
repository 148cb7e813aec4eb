import type { HealthStatus } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { healthView, type TargetState, worstOf } from './view.js';

const at = new Date('2026-01-01T00:00:00.000Z');
const state = (agentId: string, p50Ms: number | null, more: Partial<TargetState> = {}): TargetState => ({
  agentId,
  targetName: 'x86-cpu',
  status: 'healthy',
  reason: null,
  baseline: [10],
  strikes: 0,
  p50Ms,
  at,
  ...more,
});
const own = (states: readonly TargetState[]) =>
  healthView({ id: 'me', targets: ['x86-cpu'], clearedAt: null }, states).targets[0];

test('the worst of the targets is the health of the device, and a target without a reading is unknown', () => {
  const order: HealthStatus[] = ['healthy', 'unknown', 'suspect', 'failed'];
  order.forEach((status, index) => expect(worstOf(order.slice(0, index + 1))).toBe(status));
  const view = healthView({ id: 'me', targets: ['x86-cpu', 'cuda'], clearedAt: at }, [state('me', 11)]);
  expect(view).toMatchObject({ status: 'unknown', clearedAt: at.toISOString() });
  expect(view.targets).toMatchObject([
    { target: 'x86-cpu', status: 'healthy', p50Ms: 11, baselineMs: 10, at: at.toISOString() },
    { target: 'cuda', status: 'unknown', p50Ms: null, relativeSpeed: null, at: null },
  ]);
  expect(view.targets[0]?.drift).toBeCloseTo(0.1);
});

test('alone in its class a device has no relative speed', () => {
  expect(own([state('me', 10), state('other', 30, { targetName: 'cuda' })])?.relativeSpeed).toBeNull();
});

test('the relative speed is the median of the others over its own', () => {
  const others = [state('a', 8), state('b', 12), state('c', 100), state('d', null)];
  expect(own([state('me', 10), ...others])).toMatchObject({ relativeSpeed: 1.2, status: 'healthy', reason: null });
});

test('a device that does not belong in its class is suspect, and says so; one that failed speaks for no class', () => {
  expect(own([state('me', 20), state('a', 10), state('b', 10)])).toMatchObject({
    status: 'suspect',
    reason: 'does not belong in this class: 2.0× slower than the other devices of x86-cpu',
  });
  expect(own([state('me', 10), state('a', 100, { status: 'failed' })])).toMatchObject({
    relativeSpeed: null,
    status: 'healthy',
  });
});

test('what failed stays failed, whatever its class', () => {
  const failed = state('me', 25, { status: 'failed', reason: 'the canary is 150 % slower' });
  expect(own([failed, state('a', 10)])).toMatchObject({
    status: 'failed',
    reason: expect.stringMatching(/^the canary is 150 % slower; does not belong/),
  });
});

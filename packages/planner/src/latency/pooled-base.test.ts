import { expect, test } from '@jest/globals';
import { poolBase } from './pooled-base.js';

const session = (p50Ms: number) => ({ p50Ms, ci: [p50Ms * 0.995, p50Ms * 1.005] as const, n: 200 });

test('one session beside a noisy neighbour does not move the pooled base', () => {
  const calm = [10, 10.1, 9.9, 10.05, 9.95].map(session);
  expect(poolBase([...calm, session(25)]).p50Ms).toBeCloseTo(10, 0);
});

test('sessions that agree make the base certain, sessions that do not make the next one uncertain', () => {
  const steady = poolBase(Array.from({ length: 12 }, () => session(10)));
  const shaky = poolBase([9, 9.4, 9.7, 10, 10.3, 10.6, 11].map(session));
  expect(steady.nextSessionSdMs).toBeLessThan(0.06);
  expect(shaky.nextSessionSdMs).toBeGreaterThan(0.4);
  expect(shaky.ci[1] - shaky.ci[0]).toBeGreaterThan(steady.ci[1] - steady.ci[0]);
});

test('of a single session a stray of one percent is assumed', () => {
  const { sessionSdMs, p50Ms, n, sessions } = poolBase([session(20)]);
  expect(sessionSdMs / p50Ms).toBeCloseTo(0.01, 10);
  expect({ n, sessions }).toEqual({ n: 200, sessions: 1 });
});

test('a base that was never measured, and one that makes no sense, are refused', () => {
  expect(() => poolBase([])).toThrow(expect.objectContaining({ code: 'base-missing' }));
  expect(() => poolBase([{ p50Ms: 10, ci: [11, 9], n: 5 }])).toThrow(
    expect.objectContaining({ code: 'estimate-invalid' }),
  );
});

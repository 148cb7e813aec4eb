import type { PlanStatus } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { planSteps } from './plan-steps.js';

const nothing = { rounds: [], latencyTable: [], base: null };
const states = (status: PlanStatus, found: Partial<Parameters<typeof planSteps>[0]> = {}) =>
  planSteps({ ...nothing, ...found, status })
    .map(({ state }) => state)
    .join(' ');

test('the step that a plan is in is current, the ones before are done', () => {
  expect(states('scoring')).toBe('current ahead ahead ahead ahead');
  expect(states('solving')).toBe('done done current ahead ahead');
  expect(states('verifying')).toBe('done done done current ahead');
});

test('a verified plan has all steps behind it', () => {
  expect(states('verified')).toBe('done done done done done');
});

test('a plan that ended early shows how far it came', () => {
  expect(states('failed')).toBe('ahead ahead ahead ahead stopped');
  expect(states('cancelled', { base: { p50Ms: 1, ci: [1, 1], n: 9 } })).toBe('done ahead ahead ahead stopped');
  const round = {
    round: 1,
    removed: [1],
    predicted: { p50Ms: 1, ci: [1, 1] as [number, number] },
    measured: null,
    ratio: null,
    limitMs: 1,
    met: false,
  };
  expect(states('infeasible', { rounds: [round] })).toBe('done done done ahead stopped');
});

test('the last step is named after how the plan ended', () => {
  expect(planSteps({ ...nothing, status: 'measuring' }).at(-1)?.label).toBe('Verified');
  expect(planSteps({ ...nothing, status: 'infeasible' }).at(-1)?.label).toBe('Infeasible');
});

import { expect, test } from '@jest/globals';
import { aPlan } from '../testing/plans.js';
import { savingsSource } from './savings-source.js';

const modelId = 'a'.repeat(64);
const row = { index: 1, name: 'b', removable: true, importance: 1, savingMs: 2, savingCi: null };
const measured = aPlan({ id: '00000000-0000-4000-8000-000000000001', latencyTable: [row] });

test('savings come from the newest plan of the same granularity that has some', () => {
  const older = { ...measured, id: '00000000-0000-4000-8000-000000000002' };
  expect(savingsSource([aPlan(), measured, older], modelId, 'block')).toBe(measured);
});

test('plans of other models and granularities say nothing', () => {
  expect(savingsSource([measured], 'b'.repeat(64), 'block')).toBeUndefined();
  expect(savingsSource([measured], modelId, 'layer')).toBeUndefined();
});

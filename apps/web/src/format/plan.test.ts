import { expect, test } from '@jest/globals';
import { aPlan } from '../testing/plans.js';
import { describePlanProgress, planSentence, planShare, planTitle, predictionError, prunedModelPath } from './plan.js';

test('a plan is called by its model, its budget and its target', () => {
  expect(planTitle(aPlan(), 'resnet50')).toBe('resnet50 within p50 ≤ 0.7× on x86-cpu');
});

test('a running plan says what it is to reach, an ended one how it ended', () => {
  expect(planSentence(aPlan())).toBe(
    'Removes the least important blocks until the p50 on x86-cpu is at most 70\u202f% of the base model’s.',
  );
  expect(planSentence(aPlan({ message: 'Within budget.' }))).toBe('Within budget.');
  expect(planSentence(aPlan({ failure: { code: 'probe-crashed', message: 'The probe crashed.' } }))).toBe(
    'The probe crashed.',
  );
});

test('progress says what is measured, how many are done and how long it takes', () => {
  const progress = { done: 3, total: 14, now: 'without layer2.1', remainingSeconds: 41 };
  expect(describePlanProgress(aPlan({ progress }))).toEqual({
    now: 'Without layer2.1 · 3 of 14 measurements',
    remaining: 'about 45\u202fs left',
  });
  expect(planShare(aPlan({ progress }))).toBeCloseTo(3 / 14, 12);
});

test('before anything is known, progress names the step', () => {
  expect(describePlanProgress(aPlan())).toEqual({ now: 'Scoring the blocks', remaining: '' });
  expect(planShare(aPlan())).toBeNull();
});

test('the prediction error is signed', () => {
  const measured = { p50Ms: 50, ci: [49, 51] as [number, number], n: 100 };
  const at = (p50Ms: number) => predictionError(aPlan({ measured, predicted: { p50Ms, ci: [p50Ms, p50Ms] } }));
  expect(at(50.6)).toBe('+1.2\u202f%');
  expect(at(49.4)).toBe('\u22121.2\u202f%');
  expect(predictionError(aPlan())).toBeNull();
});

test('the pruned model is called after its model, whatever characters that has', () => {
  expect(prunedModelPath('a'.repeat(64), 'my net & co')).toBe(
    `/v1/artifacts/${'a'.repeat(64)}?name=my+net+%26+co-pruned`,
  );
});

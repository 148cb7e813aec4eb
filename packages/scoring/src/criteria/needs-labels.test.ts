import { expect, test } from '@jest/globals';
import { hasLogits } from '../run/logits.js';
import { needsLabels } from './needs-labels.js';

test('a loss needs labels of a model with logits only, what classifies needs them always, activations never', () => {
  const needed = (['sensitivity', 'ablation', 'gate-taylor', 'imprinting', 'cka'] as const).map((criterion) => [
    needsLabels(criterion, true),
    needsLabels(criterion, false),
  ]);
  expect(needed).toEqual([
    [true, false],
    [true, false],
    [true, true],
    [true, true],
    [false, false],
  ]);
});

test.each([
  [[1, 10], true],
  [[1, 2, 1, 1], true],
  [[1, 1], false],
  [[1, 2, 8, 8], false],
])('an output of shape %j holds logits: %s', (dims, has) => {
  expect(hasLogits(['y'], new Map([['y', { elementType: 'float32', dims }]]))).toBe(has);
});

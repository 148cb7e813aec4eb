import { expect, test } from '@jest/globals';
import type { PlanReport } from '@espalier/contracts';
import { planText } from './plan-text.js';

const report: PlanReport = {
  plan: {
    id: '0b0f3f0e-6a0e-4c4e-8a53-8d5b9a3b9c11',
    status: 'verified',
    criterion: 'l2',
    granularity: 'block',
    budgets: [{ target: 'x86-cpu', statistic: 'p50', limitMs: 54, ratio: 0.7 }],
    removed: [1],
    predicted: { p50Ms: 52, ci: [51, 53] },
    measured: { p50Ms: 53, ci: [52.5, 53.5], n: 120 },
    base: { p50Ms: 77.14, ci: [76, 78], n: 240 },
    lowestReachableMs: null,
    message: 'the upper bound of the measured p50 is within the budget',
  },
  latencyTable: [
    { index: 0, name: 'layer1.0', removable: false, importance: null, savingMs: null, savingCi: null },
    { index: 1, name: 'layer1.1', removable: true, importance: 0.25, savingMs: 4.2, savingCi: [4, 4.4] },
    { index: 2, name: 'layer1.2', removable: true, importance: 0.75, savingMs: 4.1, savingCi: [3.9, 4.3] },
  ],
  files: { base: 'out/base.onnx', pruned: 'out/pruned.onnx', report: 'out/report.json' },
  wallSeconds: 131,
};

const lineWith = (text: string, part: string): string => text.split('\n').find((line) => line.includes(part)) ?? '';

test('a removed block is marked, with its importance and its saving', () => {
  const line = lineWith(planText(report), 'layer1.1');
  expect(line).toContain('25.0 %');
  expect(line).toContain('4.200 ms');
  expect(line).toContain('[4.000, 4.400]');
  expect(line).toContain('removed');
});

test('a block that stays is not marked, and one that cannot go says so', () => {
  expect(lineWith(planText(report), 'layer1.2')).not.toContain('removed');
  expect(lineWith(planText(report), 'layer1.0')).toContain('cannot go');
});

test('base, budget, prediction and measurement are shown with their intervals and the error of the prediction', () => {
  const text = planText(report);
  expect(lineWith(text, 'base ')).toContain('77.14 ms [76.00, 78.00], 240 runs');
  expect(lineWith(text, 'budget')).toContain('x86-cpu p50 ≤ 54.00 ms (0.7× the base)');
  expect(lineWith(text, 'predicted')).toContain('52.00 ms [51.00, 53.00]');
  expect(lineWith(text, 'measured')).toContain('prediction off by −1.9 %');
  expect(text).toContain('verified');
});

test('an infeasible plan names the lowest latency that it can reach', () => {
  const infeasible = {
    ...report,
    plan: {
      ...report.plan,
      status: 'infeasible' as const,
      removed: [],
      measured: null,
      predicted: null,
      lowestReachableMs: 40.5,
    },
  };
  const text = planText(infeasible);
  expect(text).toContain('infeasible');
  expect(lineWith(text, 'lowest')).toContain('40.50 ms');
  expect(text).not.toContain('✂');
});

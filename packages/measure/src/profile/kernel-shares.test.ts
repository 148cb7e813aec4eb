import { expect, test } from '@jest/globals';
import { callCostUs, type ProfiledRun, runShares } from './kernel-shares.js';
import type { KernelEvent } from './trace-events.js';

const kernel = (name: string, startUs: number, durationUs: number, opType = 'Conv', nodeIndex = 0): KernelEvent => ({
  name,
  opType,
  provider: 'CPUExecutionProvider',
  nodeIndex,
  threadId: 1,
  startUs,
  durationUs,
});

const run = (outerMs: number, durationUs: number, kernels: readonly KernelEvent[]): ProfiledRun => ({
  outerMs,
  traced: { durationUs, kernels },
});

test('kernels, runtime and what is unexplained make the whole run as it was timed from outside', () => {
  const runs = Array.from({ length: 40 }, (_, i) =>
    run(0.2 + i / 1000, 100 + i, [kernel('a', 2, 60 + i), kernel('b', 75 + i, 20, 'Relu', 1)]),
  );
  const { kernels, runtimeShare, unexplained } = runShares(runs, 5);
  expect(kernels.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(kernels[1]?.medianMs).toBeCloseTo(0.02, 9);
  const total = kernels.reduce((sum, { share }) => sum + share, 0) + runtimeShare + unexplained;
  expect(total).toBeCloseTo(1, 12);
  expect(unexplained).toBeCloseTo(1 - 0.1095 / 0.2045, 9);
  expect(runtimeShare).toBeCloseTo(0.025 / 0.2045, 9);
});

test('kernels that something hits now and then, whichever it is, keep their shares', () => {
  const runs = Array.from({ length: 40 }, (_, i) => {
    const [a, b] = i % 6 === 0 ? [545, 45] : i % 6 === 1 ? [45, 545] : [45, 45];
    return run((a + b + 10) / 1000, a + b + 5, [kernel('a', 0, a), kernel('b', a + 2, b, 'Relu', 1)]);
  });
  const [first, second] = runShares(runs, 0).kernels;
  expect((first?.share ?? 0) / (second?.share ?? 0)).toBeCloseTo(1, 1);
});

test('a run that something disturbed does not make its kernel look slow', () => {
  const calm = Array.from({ length: 19 }, () => run(0.1, 95, [kernel('a', 0, 45), kernel('b', 50, 45, 'Relu', 1)]));
  const disturbed = run(10.1, 10_095, [kernel('a', 0, 45), kernel('b', 50, 10_045, 'Relu', 1)]);
  const { kernels } = runShares([...calm, disturbed], 0);
  expect(kernels.map(({ share }) => share)).toEqual([expect.closeTo(0.45, 9), expect.closeTo(0.45, 9)]);
});

test('turns of a loop are added up, and its kernels say in whose sub-graph they are', () => {
  const turns = [
    kernel('loop', 0, 90, 'Loop', 3),
    kernel('conv', 10, 20, 'Conv', 0),
    kernel('conv', 40, 30, 'Conv', 0),
  ];
  const { kernels } = runShares([run(0.1, 95, turns)], 0);
  expect(kernels.map(({ name, within, share }) => ({ name, within, share }))).toEqual([
    { name: 'loop', within: undefined, share: expect.closeTo(0.4, 9) },
    { name: 'conv', within: 0, share: expect.closeTo(0.5, 9) },
  ]);
});

test('a branch that only some runs take counts in those runs', () => {
  const withBranch = run(0.1, 90, [kernel('if', 0, 80, 'If', 1), kernel('then', 10, 40, 'Conv', 0)]);
  const without = run(0.1, 90, [kernel('if', 0, 80, 'If', 1), kernel('else', 10, 40, 'Relu', 0)]);
  const { kernels } = runShares([withBranch, without, withBranch, without], 0);
  expect(kernels.map(({ name, within }) => [name, within])).toEqual([
    ['if', undefined],
    ['then', 0],
    ['else', 0],
  ]);
  expect(kernels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(0.8, 9);
});

test('what a call costs is what an empty run takes from outside more than inside, undisturbed', () => {
  const runs = Array.from({ length: 39 }, () => run(0.05, 10, []));
  expect(callCostUs([...runs, run(5, 10, [])])).toBeCloseTo(40, 9);
  expect(callCostUs([])).toBe(0);
});

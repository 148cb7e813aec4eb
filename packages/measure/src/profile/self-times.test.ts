import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { selfTimes } from './self-times.js';
import type { KernelEvent } from './trace-events.js';

const kernel = (name: string, startUs: number, durationUs: number, more: Partial<KernelEvent> = {}): KernelEvent => ({
  name,
  opType: 'Conv',
  provider: 'CPUExecutionProvider',
  nodeIndex: 0,
  threadId: 1,
  startUs,
  durationUs,
  ...more,
});

const timesOf = (kernels: readonly KernelEvent[]) =>
  Object.fromEntries(selfTimes(kernels).map((self) => [self.kernel.name, self.selfUs]));

test('one after the other, kernels keep their times', () => {
  expect(timesOf([kernel('a', 0, 5), kernel('b', 5, 7), kernel('c', 13, 0)])).toEqual({ a: 5, b: 7, c: 0 });
});

test('the time of kernels in a sub-graph is theirs and not that of the node that holds it', () => {
  const kernels = [
    kernel('loop', 0, 100, { opType: 'Loop' }),
    kernel('if', 10, 50, { opType: 'If' }),
    kernel('conv', 20, 30),
    kernel('add', 70, 20),
  ];
  expect(timesOf(kernels)).toEqual({ loop: 30, if: 20, conv: 30, add: 20 });
  const parents = selfTimes(kernels).map(({ parent }) => parent?.kernel.name);
  expect(parents).toEqual([undefined, 'loop', 'if', 'loop']);
});

test('a kernel that starts when one with a sub-graph ends is not in it', () => {
  const kernels = [kernel('if', 0, 10, { opType: 'If' }), kernel('next', 10, 0), kernel('after', 10, 3)];
  expect(selfTimes(kernels).map(({ parent }) => parent)).toEqual([undefined, undefined, undefined]);
});

test('kernels that run at once share the time', () => {
  expect(timesOf([kernel('a', 0, 10), kernel('b', 4, 10, { threadId: 2 })])).toEqual({ a: 7, b: 7 });
});

test('all times together are the time in which some kernel ran, on any number of threads', () => {
  const events = fc.array(
    fc.record({ start: fc.nat(200), duration: fc.nat(50), thread: fc.integer({ min: 1, max: 3 }) }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(events, (drawn) => {
      const kernels = drawn
        .map(({ start, duration, thread }, index) => kernel(`k${index}`, start, duration, { threadId: thread }))
        .sort((a, b) => a.startUs - b.startUs || b.durationUs - a.durationUs);
      const busy = new Set(
        kernels.flatMap(({ startUs, durationUs }) => Array.from({ length: durationUs }, (_, us) => startUs + us)),
      );
      const total = selfTimes(kernels).reduce((sum, { selfUs }) => sum + selfUs, 0);
      expect(total).toBeCloseTo(busy.size, 6);
    }),
  );
});

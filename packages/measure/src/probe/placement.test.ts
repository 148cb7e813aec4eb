import { expect, test } from '@jest/globals';
import type { KernelEvent } from '../profile/trace-events.js';
import { placementIn } from './placement.js';

const kernel = (provider: string): KernelEvent => ({
  name: 'conv',
  opType: 'Conv',
  provider,
  nodeIndex: 0,
  threadId: 1,
  startUs: 0,
  durationUs: 5,
});

test('kernels are counted by the provider that ran them', () => {
  const kernels = ['CUDAExecutionProvider', 'CUDAExecutionProvider', 'CPUExecutionProvider'].map(kernel);
  const runs = [{ durationUs: 20, kernels }];
  expect(placementIn(runs, 'cuda')).toEqual({ nodes: 3, nodesElsewhere: 1 });
  expect(placementIn(runs, 'webgpu')).toEqual({ nodes: 3, nodesElsewhere: 3 });
  expect(placementIn([], 'cuda')).toEqual({ nodes: 0, nodesElsewhere: 0 });
});

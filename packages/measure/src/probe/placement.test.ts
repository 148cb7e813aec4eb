import { expect, test } from '@jest/globals';
import { placementInProfile } from './placement.js';

const node = (provider: string) => ({
  cat: 'Node',
  ph: 'X',
  dur: 5,
  name: 'conv_kernel_time',
  args: { op_name: 'Conv', provider },
});

test('nodes are counted by the provider that ran them, other events are not', () => {
  const profile = [
    { cat: 'Session', name: 'model_loading_uri', args: {} },
    { cat: 'Node', name: 'conv_fence_before', args: { op_name: 'Conv' } },
    node('CUDAExecutionProvider'),
    node('CUDAExecutionProvider'),
    node('CPUExecutionProvider'),
  ];
  expect(placementInProfile(profile, 'cuda')).toEqual({ nodes: 3, nodesElsewhere: 1 });
  expect(placementInProfile(profile, 'webgpu')).toEqual({ nodes: 3, nodesElsewhere: 3 });
});

test('a profile of another form is refused', () => {
  expect(() => placementInProfile({ traceEvents: [] }, 'cuda')).toThrow();
});

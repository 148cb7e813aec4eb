import type { ProfiledKernel, ProfileResult } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { profileByBlock } from './by-block.js';

const kernel = (share: number, ...nodes: readonly string[]): ProfiledKernel => ({
  name: nodes[0] ?? 'ReorderOutput',
  opType: 'Conv',
  provider: 'cpu',
  nodes: [...nodes],
  share,
  medianMs: share * 10,
});

const snapshot = {
  at: '2026-01-01T00:00:00.000Z',
  cpuModel: 'any',
  logicalCores: 1,
  load1: 0,
  memoryTotalBytes: 1,
  memoryAvailableBytes: 1,
};

const profileOf = (kernels: readonly ProfiledKernel[]): ProfileResult => ({
  runs: 30,
  profiledP50Ms: 10,
  plainP50Ms: 9,
  overhead: 10 / 9,
  kernels: [...kernels],
  blocks: null,
  rest: { share: 0.95, medianMs: 9.5 },
  runtime: { share: 0.04, medianMs: 0.4 },
  unexplained: 0.01,
  placement: { cpu: kernels.length },
  inputs: {},
  environment: {
    os: 'any',
    architecture: 'any',
    node: '20',
    onnxruntime: '1',
    provider: 'cpu',
    before: snapshot,
    during: [],
    after: snapshot,
  },
  warnings: [],
  wallSeconds: 1,
});

const blocks = [
  { index: 0, name: 'first', nodes: ['conv1', 'relu1', 'add1'] },
  { index: 1, name: 'second', nodes: ['conv2', 'relu2'] },
  { index: 2, name: 'third', nodes: ['conv3'] },
];

test('blocks, the rest and the runtime make the whole run', () => {
  const profile = profileOf([kernel(0.1, 'stem'), kernel(0.4, 'conv1', 'relu1'), kernel(0.05), kernel(0.4, 'conv2')]);
  const { blocks: found, rest, runtime, unexplained } = profileByBlock(profile, blocks);
  expect(found?.map(({ name, share, kernels }) => [name, share, kernels])).toEqual([
    ['first', 0.4, 1],
    ['second', 0.4, 1],
    ['third', 0, 0],
  ]);
  expect(rest.share).toBeCloseTo(0.15, 12);
  const total = (found ?? []).reduce((sum, { share }) => sum + share, 0) + rest.share + runtime.share + unexplained;
  expect(total).toBeCloseTo(1, 12);
  expect(found?.[0]?.medianMs).toBeCloseTo(4, 12);
});

test('a kernel that fuses nodes of two blocks counts for the block of its main node', () => {
  const profile = profileOf([kernel(0.3, 'conv2', 'add1', 'relu1')]);
  expect(profileByBlock(profile, blocks).blocks?.map(({ share }) => share)).toEqual([0, 0.3, 0]);
});

test('where the main node is in no block, most of its other nodes decide', () => {
  const profile = profileOf([kernel(0.3, 'softmax', 'relu2', 'conv1', 'relu1')]);
  expect(profileByBlock(profile, blocks).blocks?.map(({ share }) => share)).toEqual([0.3, 0, 0]);
});

test('of blocks that nest, the inner one gets the kernel', () => {
  const profile = profileOf([kernel(0.3, 'conv1')]);
  const nested = [...blocks, { index: 3, name: 'whole', nodes: ['conv1', 'relu1', 'add1', 'conv2', 'relu2'] }];
  expect(profileByBlock(profile, nested).blocks?.map(({ share }) => share)).toEqual([0.3, 0, 0, 0]);
});

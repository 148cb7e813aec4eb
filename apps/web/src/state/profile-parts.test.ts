import type { ProfileResult } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { anEnvironment } from '../testing/measurements.js';
import { barStretches, profileParts, topKernels } from './profile-parts.js';

const kernel = (name: string, share: number): ProfileResult['kernels'][number] => ({
  name,
  opType: 'Conv',
  provider: 'cpu',
  nodes: [name],
  share,
  medianMs: share,
});

const profile: ProfileResult = {
  runs: 20,
  profiledP50Ms: 1.2,
  plainP50Ms: 1,
  overhead: 1.2,
  kernels: [kernel('stem', 0.2), kernel('one', 0.6), kernel('two', 0.15)],
  blocks: [{ index: 0, name: 'layer.0', share: 0.75, medianMs: 0.75, kernels: 2 }],
  rest: { share: 0.2, medianMs: 0.2 },
  runtime: { share: 0.07, medianMs: 0.07 },
  unexplained: -0.02,
  placement: { cpu: 3 },
  inputs: {},
  environment: anEnvironment(),
  warnings: [],
  wallSeconds: 1,
};

test('blocks, rest, runtime and what is not accounted for make the whole run', () => {
  const parts = profileParts(profile);
  expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(parts.map(({ kind, kernels }) => [kind, kernels])).toEqual([
    ['block', 2],
    ['rest', 1],
    ['runtime', null],
    ['unexplained', null],
  ]);
});

test('without known blocks, all kernels are one part', () => {
  expect(profileParts({ ...profile, blocks: null }).at(0)).toMatchObject({ name: 'All kernels', kernels: 3 });
});

test('a bar is filled from end to end, and what is negative takes no room', () => {
  const stretches = barStretches(profileParts(profile));
  expect(stretches.map(({ part }) => part.kind)).toEqual(['block', 'rest', 'runtime']);
  expect(stretches.at(0)?.from).toBe(0);
  expect(stretches.at(-1)?.to).toBeCloseTo(1, 9);
});

test('the kernels with the most time come first', () => {
  expect(topKernels(profile, 2).map(({ name }) => name)).toEqual(['one', 'stem']);
});

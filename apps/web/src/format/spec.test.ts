import { resolveSpec } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { specChips, specSummary } from './spec.js';

test('what decides about the latency is always told; the rest only where it is not the default', () => {
  const chips = specChips(resolveSpec());
  expect(chips.every(({ usual }) => usual)).toBe(true);
  expect(chips.map(({ name }) => name)).toContain('threads');
  expect(chips.map(({ name }) => name)).not.toContain('spinning');
});

test('every field that differs from its default is a chip that stands out', () => {
  const unusual = resolveSpec({
    batch: 8,
    inputShapes: { x: [1, 128] },
    threads: 0,
    interOpThreads: 2,
    executionMode: 'parallel',
    graphOptimization: 'basic',
    memoryArena: false,
    memoryPattern: false,
    spinning: false,
    affinity: '0-3',
    provider: 'cuda',
    providerOptions: { deviceId: 1 },
    statistic: 'p99',
    precision: 0.02,
    maxRuns: 9000,
    processes: 3,
    pacing: { kind: 'idle-gap', gapMs: 50 },
    repeatIfUnstable: 2,
    inputData: 'f'.repeat(64),
    seed: 7,
  });
  const chips = specChips(unusual);
  expect(chips.filter(({ usual }) => usual)).toEqual([]);
  expect(chips).toHaveLength(20);
  expect(chips.find(({ name }) => name === 'pacing')?.text).toBe('idle for 50\u202fms after each run');
});

test('a list tells measurements apart by few words', () => {
  expect(specSummary(resolveSpec())).toBe('batch 1, 1 thread');
  expect(specSummary(resolveSpec({ threads: 0, statistic: 'p90' }))).toBe('batch 1, threads: automatic, statistic p90');
});

test('scores tell how they are computed, and nothing of latencies', () => {
  const dataset = `abcdef${'0'.repeat(58)}`;
  const spec = resolveSpec({ scoring: { criterion: 'cka', dataset, samples: 64 } });
  expect(specSummary(spec)).toMatch(/^cka on data abcdef/);
  expect(specChips(spec).map(({ name }) => name)).not.toContain('precision');
  expect(specChips(spec).find(({ name }) => name === 'samples')).toEqual({ name: 'samples', text: '64', usual: false });
});

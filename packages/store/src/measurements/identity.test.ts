import { createHash } from 'node:crypto';
import { canonicalJson, resolveSpec } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { specKeyOf } from './identity.js';

const dataset = 'd'.repeat(64);
const keyOf = (more: object) => specKeyOf(resolveSpec({ scoring: { criterion: 'ablation', dataset, ...more } }));

test('a latency is the same measurement as before there were scores', () => {
  const { scoring, ...before } = resolveSpec({ batch: 2 });
  expect(scoring).toBeNull();
  expect(specKeyOf(resolveSpec({ batch: 2 }))).toBe(createHash('sha256').update(canonicalJson(before)).digest('hex'));
});

test('scores on other data, or drawn otherwise, are another measurement', () => {
  expect(keyOf({ samples: 1024 })).toBe(keyOf({}));
  const others = [{}, { seed: 2 }, { samples: 512 }, { dataset: 'e'.repeat(64) }, { criterion: 'cka' }];
  expect(new Set(others.map(keyOf)).size).toBe(others.length);
});

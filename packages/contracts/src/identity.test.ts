import { expect, test } from '@jest/globals';
import { canonicalJson, ContractError, resolveSpec } from './index.js';

test('an empty spec takes every default', () => {
  expect(resolveSpec()).toMatchObject({
    batch: 1,
    threads: 1,
    statistic: 'p50',
    precision: 0.01,
    provider: 'cpu',
    inputShapes: {},
  });
});

test('a spec keeps what was asked for', () => {
  expect(resolveSpec({ batch: 8, precision: 0.02 })).toMatchObject({ batch: 8, precision: 0.02, threads: 1 });
});

test.each([{ batch: 0 }, { precision: 2 }, { colour: 'red' }, { statistic: 'p51' }])('%j is refused', (spec) => {
  expect(() => resolveSpec(spec)).toThrow(ContractError);
});

test('the error names every violated field', () => {
  expect(() => resolveSpec({ batch: 0, threads: -1 })).toThrow(/batch.*threads/);
});

test('canonical JSON does not depend on the order of keys, at any depth', () => {
  expect(canonicalJson({ b: [{ y: 1, x: 2 }], a: null })).toBe(canonicalJson({ a: null, b: [{ x: 2, y: 1 }] }));
  expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }));
});

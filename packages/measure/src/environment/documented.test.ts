import { MeasurementWarning } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { documentedWarnings } from './documented-testing.js';

const codes = MeasurementWarning.properties.code.anyOf.map((literal) => literal.const);

test('every code of a warning has a section in docs/warnings.md, and none besides has', () => {
  const documented = documentedWarnings().map(({ code }) => code);
  expect([...documented].sort()).toEqual([...codes].sort());
  expect(new Set(documented).size).toBe(documented.length);
});

test('every section tells evidence', () => {
  const silent = documentedWarnings().filter(({ evidence }) => evidence.length === 0);
  // The fields of this one are the names of the model's inputs.
  expect(silent.map(({ code }) => code)).toEqual(['input-shape-assumed']);
});

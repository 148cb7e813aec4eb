import { MeasurementWarning } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { evidenceTexts, warningText } from './warning.js';

const codes = MeasurementWarning.properties.code.anyOf.map(({ const: code }) => code);

test.each(codes)('%s has a meaning and an advice, each a sentence', (code) => {
  const { meaning, advice } = warningText(code);
  expect(meaning).toMatch(/^[A-Z].{20,}\.$/);
  expect(advice).toMatch(/^[A-Z].{10,}\.$/);
});

test('evidence has units, whatever order it comes in', () => {
  const evidence = { toMHz: 2210, fromMHz: 2400.4, fromC: 61, worstShare: 0.2249, bytes: 2e6, processes: 5, of: 'cpu' };
  expect(evidenceTexts({ code: 'thermal-drift', evidence }).map(({ name, value }) => `${name} ${value}`)).toEqual([
    'bytes 2.00\u202fMB',
    'from 61\u202f°C',
    'from 2400\u202fMHz',
    'of cpu',
    'processes 5',
    'to 2210\u202fMHz',
    'worst share 22.5\u202f%',
  ]);
});

test('an assumed shape is named by its input as it is', () => {
  expect(evidenceTexts({ code: 'input-shape-assumed', evidence: { inputIds: '1×128' } })).toEqual([
    { key: 'inputIds', name: 'inputIds', value: '1×128' },
  ]);
});

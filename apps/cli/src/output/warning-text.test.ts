import { MeasurementWarning } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { warningText } from './warning-text.js';

const codes = MeasurementWarning.properties.code.anyOf.map((code) => code.const);

test.each(codes)('%s is told in a sentence', (code) => {
  const text = warningText({ code, evidence: {} });
  expect(text.length).toBeGreaterThan(15);
  expect(text).not.toContain(code.includes('-') ? code : 'undefined');
});

test.each([
  ['cpu-steal', { share: 0.0213, seconds: 1.27, worstShare: 0.1 }, '(share 2.13 %, 1.27 s, worst share 10 %)'],
  ['thermal-drift', { of: 'cpu', fromMHz: 3000, toMHz: 2710.4 }, '(of cpu, from 3000 MHz, to 2710 MHz)'],
  ['thermal-drift', { of: 'gpu', fromC: 61, toC: 84.5 }, '(of gpu, from 61 °C, to 84.5 °C)'],
  [
    'memory-pressure',
    { availableBytes: 1.2e9, totalBytes: 16e9, pressurePercent: 12 },
    '(available 1.2 GB, total 16 GB, pressure 12 %)',
  ],
  ['not-converged', { precision: 0.01, relativeHalfWidth: 0.034 }, '(precision 1 %, relative half width 3.4 %)'],
  ['provider-partial', { nodes: 120, nodesElsewhere: 3 }, '(nodes 120, nodes elsewhere 3)'],
  ['input-shape-assumed', { inputIds: '1×128' }, '(inputIds 1×128)'],
] as const)('evidence of %s is written with its units', (code, evidence, written) => {
  expect(warningText({ code, evidence })).toContain(written);
});

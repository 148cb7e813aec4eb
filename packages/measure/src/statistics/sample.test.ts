import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MeasureError } from '../measure-error.js';
import { Sample } from './sample.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

test('a sample keeps the order of time and knows its sorted order', () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 2, maxLength: 50 }), (values) => {
      const sample = Sample.of(values);
      expect([...sample.values]).toEqual(values);
      expect([...sample.sorted]).toEqual(values.toSorted((a, b) => a - b));
    }),
  );
});

test.each([[[]], [[1]], [[1, Number.NaN]], [[Number.POSITIVE_INFINITY, 1]]])('%j is no sample', (values) => {
  expect(() => Sample.of(values)).toThrow(MeasureError);
  expect(() => Sample.of(values)).toThrow(expect.objectContaining({ code: 'sample-invalid' }));
});

import { expect, test } from '@jest/globals';
import { aMeasurement } from '../testing/measurements.js';
import { againOf } from './measure-again.js';

test('asks for the same once more, without the provider, which the target decides', () => {
  const measurement = aMeasurement({ control: 'b'.repeat(64) });
  const again = againOf(measurement);
  const { provider, ...spec } = measurement.spec;
  expect(again).toEqual({
    kind: 'latency',
    subject: measurement.subject,
    control: measurement.control,
    target: 'x86-cpu',
    spec,
    fresh: true,
  });
  expect(provider).toBe('cpu');
  expect(againOf(aMeasurement())).not.toHaveProperty('control');
});

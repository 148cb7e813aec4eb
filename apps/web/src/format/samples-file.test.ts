import { Measurement, parserOf } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { aLatency, aMeasurement, aResult } from '../testing/measurements.js';
import { measurementJson, samplesCsv } from './samples-file.js';

test('every round is a row with its process, its time and both latencies', () => {
  const processes = [
    { n: 2, valueMs: 5, loadMs: 1, firstRunMs: 1 },
    { n: 1, valueMs: 7, loadMs: 1, firstRunMs: 1 },
  ];
  const result = aResult([5, 6, 7], { subject: aLatency([5, 6, 7], { processes }), control: aLatency([8, 9, 10]) });
  expect(samplesCsv(result).split('\r\n')).toEqual([
    'round,process,at_ms,subject_ms,control_ms',
    '1,1,0,5,8',
    '2,1,10,6,9',
    '3,2,20,7,10',
    '',
  ]);
});

test('without a control there is no column for one', () => {
  expect(samplesCsv(aResult([5])).split('\r\n')[0]).toBe('round,process,at_ms,subject_ms');
});

test('the JSON is the measurement as the API gives it', () => {
  const measurement = aMeasurement({ status: 'succeeded', result: aResult([5, 6, 7]) });
  expect(parserOf('Measurement', Measurement)(JSON.parse(measurementJson(measurement)))).toEqual(measurement);
});

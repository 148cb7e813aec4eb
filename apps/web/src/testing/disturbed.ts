import type { MeasurementResult } from '@espalier/contracts';
import { aLatency, anEnvironment, aResult, aSnapshot } from './measurements.js';

const SAMPLES = 10_000;
const PROCESSES = 5;

/** Numbers that look as if they came by chance, and are the same every time. */
function spreadAt(index: number): number {
  return ((index * 7919) % 1000) / 1000 - 0.5;
}

/** Ten thousand samples around a latency, from five processes, with a tail. */
function samplesAround(p50Ms: number): number[] {
  return Array.from(
    { length: SAMPLES },
    (_unused, index) => p50Ms * (1 + spreadAt(index) / 20 + (index % 500 === 0 ? 2 : 0)),
  );
}

/** What a measurement of ten thousand samples on a disturbed device found; its control takes 11 ms. */
export function aDisturbedResult(p50Ms: number): MeasurementResult {
  const samples = samplesAround(p50Ms);
  const processes = Array.from({ length: PROCESSES }, () => ({
    n: SAMPLES / PROCESSES,
    valueMs: p50Ms,
    loadMs: 40,
    firstRunMs: 30,
  }));
  const ratio = p50Ms / 11;
  return aResult(samples, {
    subject: aLatency(samples, { processes, driftPerMinute: 0.01 }),
    control: aLatency(samplesAround(11)),
    ratio: { p50: ratio, ci: [ratio * 0.998, ratio * 1.002] },
    processVariance: { processes: PROCESSES, sdShare: 0.012 },
    warnings: [{ code: 'cpu-steal', evidence: { share: 0.041, seconds: 12.3, worstShare: 0.22 } }],
    discarded: [{ p50Ms: 14.2, warnings: [{ code: 'cpu-throttled', evidence: { times: 3 } }] }],
    environment: anEnvironment({
      before: aSnapshot({ frequencyMHz: 2400, temperatureC: 61 }),
      after: aSnapshot({ frequencyMHz: 2000, temperatureC: 62 }),
      during: Array.from({ length: 60 }, (_unused, index) => ({
        atMs: index * 1000,
        frequencyMHz: 2400 - 5 * index,
        cpuBusyShare: 0.25,
      })),
    }),
  });
}

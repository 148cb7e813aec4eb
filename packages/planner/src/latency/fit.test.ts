import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noisyDevice } from '../testing/noisy-device.js';
import type { PairedMeasurement } from './estimate.js';
import { fitLatencyTable } from './fit.js';
import type { LatencyData, LatencyTable } from './latency-table.js';
import { predictLatency } from './predict.js';

const paired = (removed: readonly number[], ratio: number, half = 0.005): PairedMeasurement => ({
  removed,
  subject: { p50Ms: 100 * ratio, ci: [100 * (ratio - half), 100 * (ratio + half)], n: 100 },
  control: { p50Ms: 100, ci: [99.5, 100.5], n: 100 },
  ratio: { p50: ratio, ci: [ratio - half, ratio + half] },
});
const base = [{ p50Ms: 100, ci: [99.5, 100.5] as const, n: 100 }];
const shareOf = ({ savings }: LatencyTable, block: number): number =>
  savings.find(({ index }) => index === block)?.share ?? Number.NaN;
const sdOf = ({ savings }: LatencyTable, block: number): number =>
  savings.find(({ index }) => index === block)?.sdShare ?? Number.NaN;

/** Width of the interval of the predicted ratio. */
function width(table: LatencyTable, removed: readonly number[]): number {
  const { ratio } = predictLatency(table, removed);
  return ratio.ci[1] - ratio.ci[0];
}

/** Mean error of the predicted ratio over some devices, after the table and so many sets. */
function errorAfter(sets: number): number {
  const errors = Array.from({ length: 30 }, (_, at) => {
    const device = noisyDevice({ seed: 100 + at, blocks: 12 });
    const table = fitLatencyTable(device.table(sets));
    const removed = device.randomSet(6);
    return Math.abs(predictLatency(table, removed).ratio.p50 - device.ratioOf(removed));
  });
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

describe('a table of single ablations', () => {
  test('finds what each block saves, in ms of the pooled base, with an interval around it', () => {
    const table = fitLatencyTable({
      blocks: [3, 8],
      base,
      ablations: [paired([3], 0.9), paired([8], 1.02)],
      verifications: [],
    });
    expect(shareOf(table, 3)).toBeCloseTo(0.1, 3);
    expect(shareOf(table, 8)).toBeCloseTo(-0.02, 3);
    const [saving] = table.savings;
    expect(saving?.savingMs).toBeCloseTo(10, 1);
    expect(saving?.ci[0]).toBeLessThan(10);
    expect(saving?.ci[1]).toBeGreaterThan(10);
  });

  test('says that it knows nothing of a block that was never removed', () => {
    const table = fitLatencyTable({ blocks: [1, 2], base, ablations: [paired([1], 0.9)], verifications: [] });
    expect(table.savings.map(({ measured }) => measured)).toEqual([true, false]);
    expect(sdOf(table, 2)).toBeGreaterThan(0.4);
  });

  test('starts from a guess and leaves it as soon as something was measured', () => {
    const guesses = [
      { index: 1, share: 0.3, sdShare: 0.1 },
      { index: 2, share: 0.2, sdShare: 0.1 },
    ];
    const table = fitLatencyTable({ blocks: [1, 2], base, ablations: [paired([1], 0.9)], verifications: [], guesses });
    expect(shareOf(table, 1)).toBeCloseTo(0.1, 2);
    expect(shareOf(table, 2)).toBe(0.2);
  });

  test('weighs two measurements of one block by their intervals', () => {
    const table = fitLatencyTable(
      { blocks: [1], base, ablations: [paired([1], 0.9, 0.001), paired([1], 0.8, 0.05)], verifications: [] },
      { sessionSd: 0 },
    );
    expect(shareOf(table, 1)).toBeCloseTo(0.1, 2);
  });

  test('does not mind that a session was slow: the ratio to the control beside it counts', () => {
    const slow: PairedMeasurement = {
      ...paired([1], 0.9),
      subject: { p50Ms: 270, ci: [268, 272], n: 100 },
      control: { p50Ms: 300, ci: [298, 302], n: 100 },
    };
    const data: LatencyData = {
      blocks: [1, 2, 3],
      base,
      ablations: [slow, paired([2], 0.95), paired([3], 0.97)],
      verifications: [],
    };
    const table = fitLatencyTable(data);
    expect(shareOf(table, 1)).toBeCloseTo(0.1, 3);
    expect(table.base.p50Ms).toBe(100);
  });
});

describe('measurements of sets', () => {
  const ablations = [1, 2, 3, 4].map((index) => paired([index], 0.9));

  test('move the blocks that they removed, together, to where the set was measured', () => {
    const before = fitLatencyTable({ blocks: [1, 2, 3, 4], base, ablations, verifications: [] });
    const after = fitLatencyTable({ blocks: [1, 2, 3, 4], base, ablations, verifications: [paired([1, 2, 3], 0.76)] });
    const sumOf = (table: LatencyTable): number => shareOf(table, 1) + shareOf(table, 2) + shareOf(table, 3);
    expect(sumOf(before)).toBeCloseTo(0.3, 3);
    expect(sumOf(after)).toBeLessThan(0.28);
    expect(sumOf(after)).toBeGreaterThan(0.24);
    expect(shareOf(after, 4)).toBeCloseTo(shareOf(before, 4), 3);
  });

  test('narrow what is predicted for the set, and for sets like it', () => {
    const before = fitLatencyTable({ blocks: [1, 2, 3, 4], base, ablations, verifications: [] });
    const after = fitLatencyTable({ blocks: [1, 2, 3, 4], base, ablations, verifications: [paired([1, 2, 3], 0.7)] });
    expect(width(after, [1, 2, 3])).toBeLessThan(width(before, [1, 2, 3]));
    expect(width(after, [1, 2, 3, 4])).toBeLessThan(width(before, [1, 2, 3, 4]));
  });

  test('show how far savings are from adding up: the model error shrinks when they do and grows when they do not', () => {
    const sets = [
      [1, 2],
      [3, 4],
      [1, 3],
      [2, 4],
      [1, 2, 3],
    ];
    const fit = (deviation: number): number =>
      fitLatencyTable({
        blocks: [1, 2, 3, 4],
        base,
        ablations,
        verifications: sets.map((removed, at) =>
          paired(removed, 1 - 0.1 * removed.length + (at % 2 === 0 ? deviation : -deviation), 0.002),
        ),
      }).relativeModelError;
    const prior = fitLatencyTable({ blocks: [1, 2, 3, 4], base, ablations, verifications: [] }).relativeModelError;
    expect(fit(0)).toBeLessThan(prior);
    expect(fit(0.06)).toBeGreaterThan(2 * prior);
  });

  test('equal the textbook solution of the normal equations', () => {
    // Two blocks and one set, by hand: posterior precision P = Σ xxᵀ/v + I/0.25, mean = P⁻¹ Σ x·y/v.
    const table = fitLatencyTable(
      { blocks: [1, 2], base, ablations: [paired([1], 0.9), paired([2], 0.8)], verifications: [paired([1, 2], 0.75)] },
      { sessionSd: 0.001 },
    );
    const [e1 = 0, e2 = 0] = table.modelErrorVariance;
    const noise = (0.005 / 1.959963984540054) ** 2 + 0.001 ** 2;
    const [v1, v2, v12] = [noise + e1, noise + e2, noise + e1 + e2];
    const [a, b, c] = [1 / v1 + 1 / v12 + 4, 1 / v12, 1 / v2 + 1 / v12 + 4];
    const [y1, y2] = [0.1 / v1 + 0.25 / v12, 0.2 / v2 + 0.25 / v12];
    const determinant = a * c - b * b;
    expect(shareOf(table, 1)).toBeCloseTo((c * y1 - b * y2) / determinant, 10);
    expect(shareOf(table, 2)).toBeCloseTo((a * y2 - b * y1) / determinant, 10);
    expect(sdOf(table, 1)).toBeCloseTo(Math.sqrt(c / determinant), 10);
    expect(table.covariance[1]).toBeCloseTo(-b / determinant, 10);
  });

  test('lie around the fit by about as much as their intervals and the model error say', () => {
    const table = fitLatencyTable(noisyDevice({ seed: 3, blocks: 12, interaction: 0.1 }).table(10));
    const squares = table.residuals.map(({ standardised }) => standardised ** 2);
    expect(squares.reduce((sum, square) => sum + square, 0) / squares.length).toBeLessThan(1.5);
  });
});

describe('predictions', () => {
  test('cover about 95 % of what is then measured, whether savings add up or not', () => {
    for (const interaction of [0, 0.05, 0.1]) {
      let covered = 0;
      let total = 0;
      for (let seed = 0; seed < 40; seed += 1) {
        const device = noisyDevice({ seed, blocks: 14, interaction });
        const table = fitLatencyTable(device.table(4));
        for (let repeat = 0; repeat < 10; repeat += 1) {
          const removed = device.randomSet(2 + (repeat % 8));
          const { ratio } = predictLatency(table, removed);
          const measured = device.measure(removed).ratio.p50;
          covered += measured >= ratio.ci[0] && measured <= ratio.ci[1] ? 1 : 0;
          total += 1;
        }
      }
      expect(covered / total).toBeGreaterThan(0.92);
    }
  });

  test('are the nearer to the truth the more sets were measured', () => {
    expect(errorAfter(12)).toBeLessThan(0.8 * errorAfter(0));
  });

  test('of the base in ms carry what a session strays', () => {
    const table = fitLatencyTable(noisyDevice({ seed: 5, blocks: 20, sessionSd: 0.05 }).table());
    const { p50Ms, ci } = predictLatency(table, []);
    expect((ci[1] - ci[0]) / (2 * 1.96 * p50Ms)).toBeGreaterThan(0.03);
  });

  test('of a block that is not in the table are refused', () => {
    const table = fitLatencyTable({ blocks: [1], base, ablations: [paired([1], 0.9)], verifications: [] });
    expect(() => predictLatency(table, [1, 7])).toThrow(expect.objectContaining({ code: 'saving-unknown' }));
  });
});

test('the order of the measurements does not matter', () => {
  const data = noisyDevice({ seed: 9, blocks: 8 }).table(4);
  const expected = fitLatencyTable(data);
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...data.ablations], { minLength: data.ablations.length }),
      fc.shuffledSubarray([...data.verifications], { minLength: data.verifications.length }),
      (ablations, verifications) => {
        const table = fitLatencyTable({ ...data, ablations, verifications });
        for (const { index, share } of expected.savings) expect(shareOf(table, index)).toBeCloseTo(share, 10);
        expect(table.relativeModelError).toBeCloseTo(expected.relativeModelError, 10);
      },
    ),
    { numRuns: 20 },
  );
});

test('intervals are not so wide that they say nothing: half of them is a few percent of the latency', () => {
  const device = noisyDevice({ seed: 11, blocks: 12 });
  const { ratio } = predictLatency(fitLatencyTable(device.table()), device.randomSet(6));
  expect((ratio.ci[1] - ratio.ci[0]) / (2 * ratio.p50)).toBeLessThan(0.08);
});

test('an interval that is upside down is refused', () => {
  const wrong: PairedMeasurement = { ...paired([1], 0.9), ratio: { p50: 0.9, ci: [1, 0.8] } };
  expect(() => fitLatencyTable({ blocks: [1], base, ablations: [wrong], verifications: [] })).toThrow(
    expect.objectContaining({ code: 'estimate-invalid' }),
  );
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type PathDevice, pathDevice, pathSetup } from '../testing/path-device.js';
import {
  type ComparisonEvent,
  type ComparisonMethod,
  type ComparisonSetup,
  type ComparisonState,
  type ComparisonWish,
  METHODS,
} from './state.js';
import { isComparisonFinal, startComparison, stepComparison } from './step.js';
import { summariseComparison } from './summary.js';

/** The state as the database gives it back. */
const throughJson = (state: ComparisonState): ComparisonState => JSON.parse(JSON.stringify(state));

/** Answers every wish with what the device measures, in the order that `pick` decides, until the comparison is final. */
function run(
  setup: ComparisonSetup,
  device: Pick<PathDevice, 'measure'>,
  pick: (waiting: number) => number = () => 0,
): { state: ComparisonState; wishes: ComparisonWish[] } {
  let { state, wishes } = startComparison(setup);
  const asked = [...wishes];
  const open = [...wishes];
  while (!isComparisonFinal(state)) {
    const [wish] = open.splice(pick(open.length), 1);
    if (wish === undefined) throw new Error('the comparison waits for nothing and has not ended');
    const event: ComparisonEvent = { type: 'measured', key: wish.key, outcome: device.measure(wish) };
    ({ state, wishes } = stepComparison(throughJson(state), event));
    asked.push(...wishes);
    open.push(...wishes);
  }
  return { state, wishes: asked };
}

const positionsOf = (wishes: readonly ComparisonWish[], method: ComparisonMethod): number[] =>
  wishes.flatMap((wish) => (wish.method === method ? wish.position : []));

const anySteps = fc.record({ layers: fc.integer({ min: 1, max: 60 }), filters: fc.integer({ min: 1, max: 100 }) });
const anyCase = fc.record({
  seed: fc.nat(),
  steps: anySteps,
  ratio: fc.double({ min: 0.05, max: 1.1, noNaN: true }),
  points: fc.integer({ min: 2, max: 12 }),
});

describe('a comparison', () => {
  test('finds the true best of both methods on a device that tells the truth', () => {
    fc.assert(
      fc.property(anyCase, ({ seed, steps, ratio, points }) => {
        const device = pathDevice({ seed, steps });
        const { state } = run(pathSetup(steps, { limit: { ratio }, points }), device);
        const { methods, limitMs } = summariseComparison(state);
        expect(state.phase).toBe('finished');
        for (const method of METHODS) {
          const kept = device.truth[method].findIndex((ms) => ms * (1 + 1e-9) <= (limitMs ?? 0));
          expect(methods[method].best).toBe(kept < 0 ? null : kept);
        }
      }),
    );
  });

  test('on a noisy device whose sessions drift keeps the limit, and is at most its noise away from the best', () => {
    fc.assert(
      fc.property(anyCase, ({ seed, steps, ratio, points }) => {
        const precision = 0.01;
        const device = pathDevice({ seed, steps, precision, sessionSd: 0.05 });
        const { state } = run(pathSetup(steps, { limit: { ratio }, points }), device);
        const { methods } = summariseComparison(state);
        for (const method of METHODS) {
          const truth = device.truth[method];
          const base = truth[0] ?? 0;
          const { best } = methods[method];
          // Intervals of 95 % are left by a few: allow three half-widths.
          const found = { position: best ?? truth.length, ratio: (truth[best ?? truth.length] ?? 0) / base };
          const certainly = truth.findIndex((ms) => ms <= ratio * base * (1 - 6 * precision));
          expect(found.ratio).toBeLessThanOrEqual(ratio * (1 + 3 * precision));
          expect(found.position).toBeLessThanOrEqual(certainly < 0 ? truth.length : certainly);
        }
      }),
    );
  });

  test('measures the whole model once and no candidate twice, whatever the order of the answers', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), ({ seed, steps, ratio, points }, order) => {
        const device = pathDevice({ seed, steps, precision: 0.01 });
        const { state, wishes } = run(
          pathSetup(steps, { limit: { ratio }, points }),
          device,
          (open) => (order + open * 7) % Math.max(1, open),
        );
        expect(state.phase).toBe('finished');
        expect(new Set(wishes.map(({ key }) => key)).size).toBe(wishes.length);
        for (const method of METHODS) {
          const positions = positionsOf(wishes, method);
          expect(new Set(positions).size).toBe(positions.length);
          expect(positions.every((position) => position >= 1 && position <= steps[method])).toBe(true);
          // The curve, and a search that halves.
          const most = Math.min(steps[method], points - 1 + Math.ceil(Math.log2(steps[method] + 1)));
          expect(positions.length).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  test('draws both curves to their floors', () => {
    const steps = { layers: 12, filters: 100 };
    const device = pathDevice({ seed: 3, steps, floors: { layers: 0.2, filters: 0.45 } });
    const { state, wishes } = run(pathSetup(steps), device);
    expect(positionsOf(wishes, 'layers').slice(0, 5)).toEqual([2, 5, 7, 10, 12]);
    expect(positionsOf(wishes, 'filters').slice(0, 5)).toEqual([20, 40, 60, 80, 100]);
    const { methods, base } = summariseComparison(state);
    expect(methods.layers.floor?.p50Ms).toBeCloseTo(0.2 * (base?.p50Ms ?? 0));
    expect(methods.filters.floor?.p50Ms).toBeCloseTo(0.45 * (base?.p50Ms ?? 0));
    for (const method of METHODS) {
      const positions = methods[method].points.map(({ position }) => position);
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      expect(positions.at(-1)).toBe(steps[method]);
    }
  });

  test('below the floor of one method has a best for the other alone', () => {
    const steps = { layers: 12, filters: 100 };
    const device = pathDevice({ seed: 4, steps, floors: { layers: 0.2, filters: 0.45 } });
    const { state, wishes } = run(pathSetup(steps, { limit: { ratio: 0.3 } }), device);
    const { methods } = summariseComparison(state);
    expect(state.phase).toBe('finished');
    expect(methods.filters.best).toBeNull();
    expect(methods.layers.best).not.toBeNull();
    expect(positionsOf(wishes, 'filters')).toHaveLength(5); // nothing to search for
  });

  test('of a budget that the model meets as it is removes nothing, and still draws the curves', () => {
    const steps = { layers: 6, filters: 20 };
    const device = pathDevice({ seed: 5, steps, precision: 0.01 });
    for (const limit of [{ limitMs: 500 }, { ratio: 1 }]) {
      const { state, wishes } = run(pathSetup(steps, { limit, points: 3 }), device);
      const { methods } = summariseComparison(state);
      expect([methods.layers.best, methods.filters.best]).toEqual([0, 0]);
      expect(wishes).toHaveLength(5);
    }
  });

  test('of a model without filters to prune says what its layers can do', () => {
    const steps = { layers: 6, filters: 0 };
    const { state } = run(pathSetup(steps, { limit: { ratio: 0.6 } }), pathDevice({ seed: 6, steps }));
    const { methods, base } = summariseComparison(state);
    expect(state.phase).toBe('finished');
    expect(methods.filters).toEqual({ points: [], best: null, floor: base });
    expect(methods.layers.best).toBeGreaterThan(0);
  });

  test('judges an absolute limit by the latency itself', () => {
    const steps = { layers: 10, filters: 50 };
    const device = pathDevice({ seed: 7, steps });
    const { state } = run(pathSetup(steps, { limit: { limitMs: 55 } }), device);
    const { methods } = summariseComparison(state);
    expect(methods.layers.best).toBe(device.truth.layers.findIndex((ms) => ms * (1 + 1e-9) <= 55));
  });
});

describe('what cannot be measured', () => {
  test('a candidate that crashes is no answer, and the others go on', () => {
    const steps = { layers: 10, filters: 50 };
    const device = pathDevice({ seed: 8, steps });
    const healthy = run(pathSetup(steps), device).state;
    const best = summariseComparison(healthy).methods.layers.best ?? 0;
    const { state } = run(pathSetup(steps), pathDevice({ seed: 8, steps, broken: [`layers/${best}`] }));
    const { methods } = summariseComparison(state);
    expect(state.phase).toBe('finished');
    expect(methods.layers.best).toBeGreaterThan(best);
    expect(methods.layers.points.find(({ position }) => position === best)).toMatchObject({ latency: null });
  });

  test('without the whole model the comparison fails with the code of the measurement', () => {
    const steps = { layers: 4, filters: 10 };
    const { state } = run(pathSetup(steps), pathDevice({ seed: 9, steps, broken: ['base'] }));
    expect(state).toMatchObject({ phase: 'failed', failure: { code: 'probe-crashed' } });
  });

  test('when every candidate crashes the comparison fails and says how many there were', () => {
    const steps = { layers: 2, filters: 1 };
    const broken = ['layers/1', 'layers/2', 'filters/1'];
    const { state } = run(pathSetup(steps), pathDevice({ seed: 10, steps, broken }));
    expect(state).toMatchObject({ phase: 'failed', failure: { message: expect.stringContaining('none of 3') } });
  });

  test('a model of which nothing can be removed fails at once', () => {
    const { state, wishes } = startComparison(pathSetup({ layers: 0, filters: 0 }));
    expect(state).toMatchObject({ phase: 'failed', failure: { code: 'nothing-to-prune' } });
    expect(wishes).toEqual([]);
  });
});

test('a comparison can be cancelled at any time, and nothing changes it afterwards; late and doubled events change nothing', () => {
  const steps = { layers: 5, filters: 20 };
  const device = pathDevice({ seed: 11, steps });
  const started = startComparison(pathSetup(steps));
  const [base] = started.wishes;
  if (base === undefined) throw new Error('nothing is measured');
  const answer: ComparisonEvent = { type: 'measured', key: base.key, outcome: device.measure(base) };
  const { state } = stepComparison(started.state, answer);
  expect(stepComparison(state, answer)).toEqual({ state, wishes: [] });
  expect(stepComparison(state, { ...answer, key: 'layers/99' })).toEqual({ state, wishes: [] });
  const cancelled = stepComparison(state, { type: 'cancelled' }).state;
  expect(cancelled).toMatchObject({ phase: 'cancelled', waiting: [] });
  expect(stepComparison(cancelled, answer)).toEqual({ state: cancelled, wishes: [] });
});

test.each([
  { points: 1 },
  { points: 2.5 },
  { paths: { layers: { steps: -1, fine: false }, filters: { steps: 3, fine: true } } },
])('a setup of %j is refused', (more) => {
  expect(() => startComparison(pathSetup({ layers: 3, filters: 3 }, more))).toThrow(
    expect.objectContaining({ code: 'problem-invalid' }),
  );
});

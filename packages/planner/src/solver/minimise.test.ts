import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Highs } from 'highs';
import { at } from '../latency/vector.js';
import { bruteForce, type ProgramShape, randomProgram, withRules } from '../testing/random-program.js';
import { seededRandom } from '../testing/random.js';
import { loadHighs } from './highs.js';
import { minimiseCost, type MinimiseOptions } from './minimise.js';
import { isFeasible, type Program } from './program.js';

let highs: Highs;
beforeAll(async () => {
  highs = await loadHighs();
});

const costOf = ({ cost }: Program, positions: readonly number[]): number =>
  positions.reduce((sum, position) => sum + at(cost, position), 0);

const shape = (most: number): fc.Arbitrary<ProgramShape> =>
  fc.record({
    size: fc.integer({ min: 1, max: most }),
    targets: fc.integer({ min: 1, max: 3 }),
    tightness: fc.double({ min: 0, max: 1.05, noNaN: true }),
    uncertainty: fc.double({ min: 0, max: 0.8, noNaN: true }),
    correlation: fc.double({ min: 0, max: 1, noNaN: true }),
  });

/** The answer is proved, is one, and costs what the cheapest of all subsets costs. */
function expectOptimal(program: Program, options: MinimiseOptions = {}): void {
  const answer = minimiseCost(highs, program, options);
  const truth = bruteForce(program);
  expect(answer.proven).toBe(true);
  expect(answer.positions === undefined).toBe(truth === undefined);
  if (answer.positions === undefined || truth === undefined) return;
  expect(isFeasible(program, answer.positions)).toBe(true);
  expect(costOf(program, answer.positions)).toBeCloseTo(truth.cost, 8);
  expect(answer.lowerBound).toBeCloseTo(truth.cost, 8);
}

describe('of all subsets the cheapest within every limit', () => {
  test('is found and proved, for savings of either sign and any covariance', () => {
    fc.assert(
      fc.property(shape(12), fc.nat(), (form, seed) => expectOptimal(randomProgram(seededRandom(seed), form))),
      { numRuns: 120 },
    );
  });

  test('is found under counts and without the excluded sets', () => {
    fc.assert(
      fc.property(shape(9), fc.nat(), (form, seed) => {
        const random = seededRandom(seed);
        expectOptimal(withRules(random, randomProgram(random, form)));
      }),
      { numRuns: 300 },
    );
  });

  test('is found and proved where ranges and blocks have to be split', () => {
    const effort = { root: 1, nearby: 3, branchPerBlock: 0.1 };
    fc.assert(
      fc.property(shape(10), fc.nat(), fc.boolean(), (form, seed, ruled) => {
        const random = seededRandom(seed);
        const program = randomProgram(random, form);
        expectOptimal(ruled ? withRules(random, program) : program, { effort });
      }),
      { numRuns: 60 },
    );
    const hard = { size: 12, targets: 3, tightness: 0.45, uncertainty: 0.15, correlation: 0.95 };
    const relaxations = [1, 2, 3].map((seed) => {
      const program = randomProgram(seededRandom(seed), hard);
      expectOptimal(program, { effort });
      return minimiseCost(highs, program, { effort }).relaxations;
    });
    expect(Math.min(...relaxations)).toBeGreaterThan(20);
  });

  test('is not found, and that is proved, when it costs more than may be spent', () => {
    fc.assert(
      fc.property(shape(9), fc.nat(), fc.boolean(), (form, seed, enough) => {
        const program = randomProgram(seededRandom(seed), form);
        const truth = bruteForce(program);
        const atMost = (truth?.cost ?? 1) + (enough ? 1e-6 : -1e-6);
        const answer = minimiseCost(highs, program, { atMost, effort: { root: 3, nearby: 20, branchPerBlock: 1 } });
        expect(answer.proven).toBe(true);
        expect(answer.positions !== undefined).toBe(truth !== undefined && enough);
      }),
      { numRuns: 60 },
    );
  });

  test('is found when costs are equal, whole, zero or negative', () => {
    const costs = fc.constantFrom(
      () => 1,
      (position: number) => 1 + (position % 3),
      (position: number) => position % 2,
      (position: number) => (position % 3) - 1,
      () => 0,
    );
    fc.assert(
      fc.property(shape(9), costs, fc.nat(), (form, costAt, seed) => {
        const program = randomProgram(seededRandom(seed), form);
        expectOptimal({ ...program, cost: program.cost.map((_, position) => costAt(position)) });
      }),
      { numRuns: 200 },
    );
  });

  test('may lie exactly on a limit', () => {
    const program = randomProgram(seededRandom(1), {
      size: 8,
      targets: 1,
      tightness: 0.5,
      uncertainty: 0,
      correlation: 0,
    });
    const [cone] = program.cones;
    if (cone === undefined) throw new Error('no cone');
    // Every block saves an eighth of the limit, the base is at 1.5 of it: four blocks reach it without a rest.
    const exact: Program = {
      ...program,
      cones: [{ ...cone, z: 0, mean0: 1.5, mean: new Float64Array(8).fill(-0.125) }],
    };
    expect(minimiseCost(highs, exact).positions).toHaveLength(4);
  });
});

test('a limit that is missed by less than any solver tolerance is still missed', () => {
  const form = { size: 6, targets: 1, tightness: 1e-12, uncertainty: 0, correlation: 0 };
  expectOptimal(randomProgram(seededRandom(0), form));
});

test('sets whose bound is equal up to rounding are not overlooked', () => {
  for (const seed of [1125, 11698, 12726]) {
    const random = seededRandom(seed);
    const form = { size: 7, targets: 3, tightness: 0, uncertainty: 0, correlation: random() };
    expectOptimal(withRules(random, randomProgram(random, form)));
  }
});

test('an answer is proved where the relaxation alone is far from enough', () => {
  const program = randomProgram(seededRandom(4), {
    size: 15,
    targets: 3,
    tightness: 0.45,
    uncertainty: 0.8,
    correlation: 0.95,
  });
  expectOptimal(program);
});

test('fifty blocks on three targets are proved, also where costs follow savings', () => {
  for (const correlation of [0, 0.8]) {
    const program = randomProgram(seededRandom(7), {
      size: 50,
      targets: 3,
      tightness: 0.4,
      uncertainty: 0.15,
      correlation,
    });
    const answer = minimiseCost(highs, program);
    expect(answer.proven).toBe(true);
    expect(isFeasible(program, answer.positions ?? [])).toBe(true);
  }
});

test('the same program has the same answer', () => {
  const program = randomProgram(seededRandom(8), {
    size: 30,
    targets: 2,
    tightness: 0.5,
    uncertainty: 0.3,
    correlation: 0.5,
  });
  expect(minimiseCost(highs, program)).toEqual(minimiseCost(highs, program));
});

import { type Cone, quadraticForm } from '../solver/cone.js';
import { isFeasible, positionKey, type Program } from '../solver/program.js';
import { at } from '../latency/vector.js';
import { randomSubset } from './random.js';

/** How a random program is made. */
export interface ProgramShape {
  readonly size: number;
  readonly targets: number;
  /** Share of the largest reachable saving that each limit asks for; beyond 1 hardly anything is feasible. */
  readonly tightness: number;
  /** Typical standard deviation of a saving, as a share of the typical saving. */
  readonly uncertainty: number;
  /** 0: costs have nothing to do with savings; 1: they are the same. */
  readonly correlation: number;
}

/** A program whose savings are partly negative and whose covariance is dense (three shared factors plus a diagonal). */
export function randomProgram(random: () => number, shape: ProgramShape): Program {
  const { size, correlation } = shape;
  const worth = Float64Array.from({ length: size }, () => random());
  const cones = Array.from({ length: shape.targets }, () => randomCone(random, shape, worth));
  const cost = worth.map((value) => correlation * value + (1 - correlation) * random());
  const mean = cost.reduce((sum, value) => sum + value, 0) / Math.max(1, size);
  return {
    size,
    cost: cost.map((value) => value / mean),
    cones,
    minCount: 0,
    maxCount: size,
    groups: [],
    excluded: new Set(),
  };
}

function randomCone(random: () => number, shape: ProgramShape, worth: Float64Array): Cone {
  const { size, tightness, uncertainty, correlation } = shape;
  const savings = worth.map((value) => (correlation * value + (1 - correlation) * random() - 0.1) / size);
  const reachable = savings.reduce((sum, saving) => sum + Math.max(0, saving), 0);
  const limit = 1 - tightness * reachable;
  const sd = uncertainty / size;
  const factors = Array.from({ length: 3 }, () =>
    Float64Array.from({ length: size }, () => (random() - 0.5) * 0.5 * sd),
  );
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const shared = factors.reduce((sum, factor) => sum + at(factor, row) * at(factor, column), 0);
      matrix[row * size + column] = shared / limit ** 2;
    }
  }
  return {
    z: 1.96,
    mean0: 1 / limit,
    mean: savings.map((saving) => -saving / limit),
    constant: (sd / limit) ** 2,
    diagonal: savings.map(() => (random() * sd ** 2) / limit ** 2),
    form: quadraticForm(0, new Float64Array(size), matrix),
  };
}

/** The same program with counts and exclusions that bite. */
export function withRules(random: () => number, program: Program): Program {
  const { size } = program;
  const minCount = Math.floor(random() * 3);
  const excluded = Array.from({ length: Math.floor(random() * 4) }, () =>
    positionKey(randomSubset(random, size, Math.floor(random() * (size + 1)))),
  );
  const half = Math.ceil(size / 2);
  const groups = [
    { positions: [...Array(half).keys()], maxCount: Math.floor(random() * (half + 1)) },
    { positions: Array.from({ length: size - half }, (_, index) => half + index), maxCount: size - half },
  ];
  return {
    ...program,
    minCount,
    maxCount: minCount + Math.floor(random() * size),
    groups,
    excluded: new Set(excluded),
  };
}

/** Every subset, judged one by one. */
export function bruteForce(
  program: Program,
): { readonly cost: number; readonly positions: readonly number[] } | undefined {
  let best: { readonly cost: number; readonly positions: readonly number[] } | undefined;
  for (let mask = 0; mask < 2 ** program.size; mask += 1) {
    const positions = [...Array(program.size).keys()].filter((position) => (mask >> position) % 2 === 1);
    const cost = positions.reduce((sum, position) => sum + at(program.cost, position), 0);
    if ((best === undefined || cost < best.cost) && isFeasible(program, positions)) best = { cost, positions };
  }
  return best;
}

import { PlannerError } from '../errors.js';
import { blockSet } from '../latency/block-set.js';
import { Z95 } from '../latency/estimate.js';
import type { LatencyTable } from '../latency/latency-table.js';
import { at } from '../latency/vector.js';
import { type Cone, halfGradient, quadraticForm, type QuadraticForm, scaleCone } from './cone.js';
import { type GroupLimit, positionKey, type Program } from './program.js';
import type { BlockGroup, SolveProblem, SolveTarget } from './problem.js';

/** A problem over blocks as a program over free positions. */
export interface CompiledProblem {
  readonly program: Program;
  /** Block index of each position, ascending. */
  readonly free: readonly number[];
  readonly forbidden: readonly number[];
  /** program.cost × this = importance. */
  readonly costUnit: number;
}

/**
 * Writes a problem as a 0/1 program: pinned blocks vanish, forbidden ones become constants, every limit is scaled to 1 and
 * the mean cost to 1, where the tolerances of a solver in double precision are at their best.
 * @throws PlannerError `saving-unknown`
 */
export function compileProblem(problem: SolveProblem): CompiledProblem {
  const pinned = new Set(problem.pinned ?? []);
  const forbidden = blockSet(problem.forbidden ?? []);
  const gone = new Set(forbidden);
  const blocks = problem.blocks
    .filter(({ index }) => !pinned.has(index) && !gone.has(index))
    .toSorted((a, b) => a.index - b.index);
  const free = blocks.map(({ index }) => index);
  const total = blocks.reduce((sum, { importance }) => sum + Math.abs(importance), 0);
  const costUnit = total > 0 ? total / blocks.length : 1;
  const program: Program = {
    size: free.length,
    cost: Float64Array.from(blocks, ({ importance }) => importance / costUnit),
    cones: problem.targets.map((target) => coneOf(target, free, forbidden, problem)),
    minCount: Math.max(0, (problem.minRemoved ?? 0) - forbidden.length),
    maxCount: Math.min(free.length, (problem.maxRemoved ?? Number.POSITIVE_INFINITY) - forbidden.length),
    groups: (problem.groups ?? []).map((group) => groupLimit(group, free, forbidden)),
    excluded: excludedKeys(problem.excluded ?? [], free, forbidden),
  };
  return { program, free, forbidden, costUnit };
}

function coneOf(
  target: SolveTarget,
  free: readonly number[],
  forbidden: readonly number[],
  { confidenceZ = Z95, margin = 0 }: SolveProblem,
): Cone {
  const { table, limit } = target;
  const positionOf = new Map(table.savings.map(({ index }, position) => [index, position]));
  const inTable = (index: number): number => {
    const position = positionOf.get(index);
    if (position !== undefined) return position;
    throw new PlannerError(
      'saving-unknown',
      `Nothing is known of what removing block ${index} saves on ${target.target}`,
    );
  };
  const columns = free.map(inTable);
  const fixed = forbidden.map(inTable);
  const share = (position: number): number => table.savings[position]?.share ?? Number.NaN;
  // Both kinds of limit are compared as ratios to the base; a limit in ms also has to bear what the base itself may do.
  const amount = ('ratio' in limit ? limit.ratio : limit.limitMs / table.base.p50Ms) * (1 - margin);
  const variance = varianceOf(table, 'ratio' in limit ? 0 : table.base.nextSessionSdMs / table.base.p50Ms);
  return scaleCone(
    {
      z: confidenceZ,
      mean0: fixed.reduce((rest, position) => rest - share(position), 1),
      mean: Float64Array.from(columns, (position) => -share(position)),
      constant: fixed.reduce((sum, position) => sum + at(variance.diagonal, position), variance.constant),
      diagonal: Float64Array.from(columns, (position) => at(variance.diagonal, position)),
      form: restrictForm(variance.form, columns, fixed),
    },
    amount,
  );
}

/** q over the columns, with x = 1 at the fixed positions and 0 elsewhere. */
function restrictForm(form: QuadraticForm, columns: readonly number[], fixed: readonly number[]): QuadraticForm {
  const all = form.cross.length;
  const x = new Float64Array(all);
  for (const position of fixed) x[position] = 1;
  const gradient = halfGradient(form, x);
  const matrix = new Float64Array(columns.length ** 2);
  columns.forEach((row, i) => {
    columns.forEach((column, j) => {
      matrix[i * columns.length + j] = at(form.matrix, row * all + column);
    });
  });
  return quadraticForm(
    fixed.reduce((sum, position) => sum + at(form.cross, position) + at(gradient, position), form.constant),
    Float64Array.from(columns, (position) => at(gradient, position)),
    matrix,
  );
}

/**
 * Var r(S) + (1 − s·x)²·Var T_base / T_base² (see predictLatency) as c + d·x + q(x). d gets the model error and as much of
 * each saving's variance as its covariances leave (Gershgorin: what remains is diagonally dominant, hence q ≥ 0).
 */
function varianceOf(table: LatencyTable, baseSd: number): Pick<Cone, 'constant' | 'diagonal' | 'form'> {
  const size = table.savings.length;
  const shares = table.savings.map(({ share }) => share);
  const diagonal = Float64Array.from(table.modelErrorVariance);
  const matrix = Float64Array.from(table.covariance);
  const base = baseSd ** 2;
  for (let row = 0; row < size; row += 1) {
    const line = matrix.subarray(row * size, (row + 1) * size);
    const own = at(line, row);
    const shared = line.reduce((sum, value) => sum + Math.abs(value), 0) - Math.abs(own);
    const independent = Math.max(0, own - shared);
    diagonal[row] = at(diagonal, row) + independent;
    line[row] = own - independent;
    for (let column = 0; column < size; column += 1) {
      line[column] = at(line, column) + base * at(shares, row) * at(shares, column);
    }
  }
  return {
    constant: table.sessionSd ** 2 + table.noiseSd ** 2,
    diagonal,
    form: quadraticForm(
      base,
      Float64Array.from(shares, (share) => -base * share),
      matrix,
    ),
  };
}

function groupLimit(group: BlockGroup, free: readonly number[], forbidden: readonly number[]): GroupLimit {
  const members = blockSet(group.blocks);
  const gone = members.filter((index) => forbidden.includes(index)).length;
  const positionOf = new Map(free.map((index, position) => [index, position]));
  return {
    positions: members.flatMap((index) => positionOf.get(index) ?? []),
    maxCount: members.length - group.minKept - gone,
  };
}

function excludedKeys(
  excluded: readonly (readonly number[])[],
  free: readonly number[],
  forbidden: readonly number[],
): ReadonlySet<string> {
  const positionOf = new Map(free.map((index, position) => [index, position]));
  const keys = new Set<string>();
  for (const set of excluded) {
    const indices = blockSet(set);
    if (!forbidden.every((index) => indices.includes(index))) continue;
    const rest = indices.filter((index) => !forbidden.includes(index));
    const positions = rest.flatMap((index) => positionOf.get(index) ?? []);
    if (positions.length === rest.length) keys.add(positionKey(positions));
  }
  return keys;
}

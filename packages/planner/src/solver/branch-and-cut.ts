import type { Highs, Model } from 'highs';
import { PlannerError } from '../errors.js';
import type { LinearRow } from './cone.js';
import { addRow, withLinearProgram } from './linear-program.js';
import { isFeasible, positionKey, type Program } from './program.js';
import { violatedCuts } from './relaxation.js';

/** What branch and cut found; `lowerBound` is on the cost of every answer. */
export interface BranchResult {
  readonly positions: readonly number[] | undefined;
  readonly proven: boolean;
  readonly lowerBound: number;
  readonly cuts: number;
  readonly nodes: number;
}

/** HiGHS takes about 0.3 ms a node here, so this is half a minute. */
const MOST_NODES = 100_000;
/** Each round removes at least one of finitely many sets; more than this many never occurred. */
const MOST_ROUNDS = 200;

/**
 * Solves the program by HiGHS' branch and cut and outer approximation (Duran & Grossmann 1986): solve with the rows known,
 * add the supporting half-space of every cone that the answer violates (and rule the answer itself out, so that rounding
 * cannot bring it back), solve again. Finite, because there are finitely many sets. Slower than the deviation search on
 * ordinary problems, but it sees symmetries that drown an enumeration, such as many blocks of equal importance.
 * @throws PlannerError `solver_failed`
 */
export function branchAndCut(highs: Highs, program: Program, rows: readonly LinearRow[]): BranchResult {
  const bounds = { lower: new Float64Array(program.size), upper: new Float64Array(program.size).fill(1) };
  const excluded = [...program.excluded].map((key) => excludeRow(program.size, positionsOfKey(key)));
  return withLinearProgram(highs, program.cost, bounds, [...rows, ...excluded], (model) => {
    makeBinary(highs, model, program.size);
    return outerApproximation(highs, model, program);
  });
}

function outerApproximation(highs: Highs, model: Model, program: Program): BranchResult {
  let cuts = 0;
  let nodes = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { modelStatus } = model.run();
    nodes += Number(model.info.get('mip_node_count'));
    if (modelStatus === highs.constants.modelStatus.infeasible) {
      return { positions: undefined, proven: true, lowerBound: Number.POSITIVE_INFINITY, cuts, nodes };
    }
    const optimal = modelStatus === highs.constants.modelStatus.optimal;
    const positions = currentSet(highs, model);
    const lowerBound = Number(model.info.get('mip_dual_bound'));
    if (positions !== undefined && isFeasible(program, positions)) {
      return { positions, proven: optimal, lowerBound, cuts, nodes };
    }
    if (!optimal || positions === undefined) return { positions: undefined, proven: false, lowerBound, cuts, nodes };
    const x = new Float64Array(program.size);
    for (const position of positions) x[position] = 1;
    const violated = [...violatedCuts(program, x).map(({ row }) => row), excludeRow(program.size, positions)];
    for (const row of violated) addRow(highs, model, row);
    cuts += violated.length;
  }
  throw new PlannerError('solver_failed', `No answer after ${MOST_ROUNDS} rounds of cuts`);
}

function makeBinary(highs: Highs, model: Model, size: number): void {
  model.changeColsIntegrality(
    { kind: 'range', from: 0, to: size - 1 },
    new Int32Array(size).fill(highs.constants.variableType.integer),
  );
  model.options.set('mip_max_nodes', MOST_NODES);
}

function currentSet(highs: Highs, model: Model): readonly number[] | undefined {
  const { optimal, solutionLimit } = highs.constants.modelStatus;
  const status = model.getModelStatus();
  if (status !== optimal && status !== solutionLimit) return undefined;
  const { colValue } = model.getSolution();
  return [...colValue.keys()].filter((position) => (colValue[position] ?? 0) > 0.5);
}

/** Σ_{i∉S} x_i + Σ_{i∈S} (1 − x_i) ≥ 1: every set but S. */
function excludeRow(size: number, positions: readonly number[]): LinearRow {
  const coefficients = new Float64Array(size).fill(1);
  for (const position of positions) coefficients[position] = -1;
  return { coefficients, lower: 1 - positions.length };
}

function positionsOfKey(key: string): readonly number[] {
  return key === positionKey([]) ? [] : key.split(',').map(Number);
}

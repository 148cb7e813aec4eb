import { Z95 } from '../latency/estimate.js';
import { fitLatencyTable } from '../latency/fit.js';
import type { LatencyTable } from '../latency/latency-table.js';
import type { SolveProblem, TargetPrediction } from '../solver/problem.js';
import type { Solver } from '../solver/solve.js';
import type { PlanKnowledge, PlanSetup, Round } from './state.js';

/** The next set to verify, or that there is none: with the lowest latency that removing blocks can reach, per target. */
export type Choice =
  | {
      readonly kind: 'verify';
      readonly round: Round;
      /** Whether the predicted upper bound keeps every limit. */
      readonly certain: boolean;
    }
  | { readonly kind: 'infeasible'; readonly lowest: readonly { target: string; p50Ms: number; limitMs: number }[] };

/** After every miss the limit is aimed at this share earlier: the table is a little too hopeful there. */
const MARGIN_PER_MISS = 0.004;

/** The latency tables of everything measured so far, in the order of the targets. */
export function tablesOf({ targets }: PlanSetup, { importances, data }: PlanKnowledge): readonly LatencyTable[] {
  const blocks = importances.map(({ index }) => index);
  return targets.map((_, at) => {
    const { base = [], ablations = [], verifications = [] } = data[at] ?? {};
    return fitLatencyTable({ blocks, base, ablations, verifications });
  });
}

/** How sure a choice has to be of its limits, strictest first. */
interface Demand {
  /** Standard deviations between the predicted latency and the limit. */
  readonly confidenceZ: number;
  readonly margin: number;
}

/**
 * Chooses the set that keeps most importance of those whose predicted upper bound keeps every limit. Where nothing is that
 * certain, less is asked step by step, down to an even chance: to give up more importance than the limit takes would be
 * worse than a miss, which teaches something. At last the set that comes closest is tried, as long as its lower bound keeps
 * the limits: a guess is refuted by measuring.
 * @throws PlannerError from the fit or the solver
 */
export function chooseNext(setup: PlanSetup, knowledge: PlanKnowledge, solver: Solver): Choice {
  const tables = tablesOf(setup, knowledge);
  const { importances, rounds } = knowledge;
  const problem: SolveProblem = {
    blocks: importances,
    targets: setup.targets.flatMap(({ target, limit }, at) => {
      const table = tables[at];
      return table === undefined ? [] : [{ target, limit, table }];
    }),
    minRemoved: 1,
    excluded: rounds.map(({ removed }) => removed),
  };
  for (const [step, demand] of demandsOf(knowledge).entries()) {
    const solution = solver.solve({ ...problem, ...demand });
    if (solution.status === 'optimal' || solution.status === 'limit') {
      const round = roundOf(solution.removed, solution.predictions, knowledge);
      return { kind: 'verify', certain: step === 0, round };
    }
  }
  const closest = solver.leastExcess(problem);
  if (closest !== undefined && closest.predictions.every(mayKeepLimit)) {
    return { kind: 'verify', certain: false, round: roundOf(closest.removed, closest.predictions, knowledge) };
  }
  return { kind: 'infeasible', lowest: lowestOf(setup, knowledge, problem, solver) };
}

function demandsOf({ rounds }: PlanKnowledge): readonly Demand[] {
  const misses = rounds.filter(({ verdicts }) => verdicts.some(({ met }) => !met)).length;
  return [
    { confidenceZ: Z95, margin: MARGIN_PER_MISS * misses },
    { confidenceZ: Z95, margin: 0 },
    { confidenceZ: Z95 / 2, margin: 0 },
    { confidenceZ: 0, margin: 0 },
  ].slice(misses === 0 ? 1 : 0);
}

const mayKeepLimit = ({ ci, limitMs }: TargetPrediction): boolean => ci[0] <= limitMs;

function roundOf(
  removed: readonly number[],
  predicted: readonly TargetPrediction[],
  { importances }: PlanKnowledge,
): Round {
  const gone = new Set(removed);
  const kept = importances.filter(({ index }) => !gone.has(index));
  return {
    removed,
    keptImportance: kept.reduce((sum, { importance }) => sum + importance, 0),
    predicted,
    verdicts: [],
    failure: null,
  };
}

/** The lowest predicted latency of any set, tried or not, or the lowest measured one where that is lower. */
function lowestOf(
  setup: PlanSetup,
  { rounds }: PlanKnowledge,
  problem: SolveProblem,
  solver: Solver,
): readonly { target: string; p50Ms: number; limitMs: number }[] {
  const lowest = solver.leastExcess({ ...problem, excluded: [] });
  return setup.targets.map(({ target }, at) => {
    const predicted = lowest?.predictions[at];
    const measured = rounds.flatMap(({ verdicts }) =>
      verdicts[at] === undefined ? [] : [verdicts[at].measured.p50Ms],
    );
    return {
      target,
      p50Ms: Math.min(predicted?.p50Ms ?? Number.POSITIVE_INFINITY, ...measured),
      limitMs: predicted?.limitMs ?? Number.NaN,
    };
  });
}

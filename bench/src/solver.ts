// The exact solver on random problems: seconds to the proven optimum for 50 and 1,000 blocks on three targets, and the share
// of small problems (up to 18 blocks) whose answer keeps as much importance as the best of all sets, found by trying each.
// Beside it, what removing blocks in a fixed order until the limits are kept leaves of that importance on the problems of 50.
import {
  type BlockImportance,
  fitLatencyTable,
  loadSolver,
  predictLatency,
  type SolveProblem,
  type Solver,
  type SolveTarget,
} from '@espalier/planner';
import { seededRandom } from '@espalier/onnx';
import type { Bench } from './bench.js';
import { keptByImportance, keptByRatio } from './solver-rivals.js';

const TARGETS = 3;
const BASE_MS = 100;
const REPEATS = { quick: 3, full: 9 };
const SMALL_PROBLEMS = { quick: 10, full: 40 };
const MAX_SMALL = 18;
/** The sum of what all blocks save together, as a share of the base. */
const TOTAL_SAVING = 0.8;

type Random = () => number;

/** A table as a plan has it after the ablations: every block's saving is known to some percent of the base. */
function randomTarget(random: Random, blocks: number, name: string): SolveTarget {
  const share = TOTAL_SAVING / blocks;
  const ablations = Array.from({ length: blocks }, (_, index) => {
    const ratio = 1 - share * (0.2 + 1.6 * random());
    const control = { p50Ms: BASE_MS, ci: [BASE_MS * 0.995, BASE_MS * 1.005], n: 50 } as const;
    const half = 0.1 * share * (0.5 + random());
    return {
      removed: [index],
      control,
      subject: { p50Ms: BASE_MS * ratio, ci: [BASE_MS * (ratio - half), BASE_MS * (ratio + half)], n: 50 } as const,
      ratio: { p50: ratio, ci: [ratio - half, ratio + half] } as const,
    };
  });
  const indices = ablations.map((_, index) => index);
  const table = fitLatencyTable({
    blocks: indices,
    base: [{ p50Ms: BASE_MS, ci: [99.5, 100.5], n: 50 }],
    ablations,
    verifications: [],
  });
  return { target: name, table, limit: { ratio: 0.6 + 0.2 * random() } };
}

function randomProblem(random: Random, blocks: number): SolveProblem {
  return {
    blocks: Array.from({ length: blocks }, (_, index): BlockImportance => ({ index, importance: random() })),
    targets: Array.from({ length: TARGETS }, (_, at) => randomTarget(random, blocks, `target-${at}`)),
  };
}

/** Importance kept by the best of all sets that keep every limit; undefined: none does. */
function bestByTrying({ blocks, targets }: SolveProblem): number | undefined {
  const total = blocks.reduce((sum, { importance }) => sum + importance, 0);
  let best: number | undefined;
  for (let mask = 0; mask < 2 ** blocks.length; mask += 1) {
    const removed = blocks.filter((_, at) => mask & (1 << at));
    const kept = total - removed.reduce((sum, { importance }) => sum + importance, 0);
    if (best !== undefined && kept <= best) continue;
    const indices = removed.map(({ index }) => index);
    if (
      targets.every(
        ({ table, limit }) => predictLatency(table, indices).ratio.ci[1] <= ('ratio' in limit ? limit.ratio : 0),
      )
    ) {
      best = kept;
    }
  }
  return best;
}

function isOptimal(solver: Solver, problem: SolveProblem): boolean {
  const best = bestByTrying(problem);
  const solution = solver.solve(problem);
  if (solution.status === 'infeasible') return best === undefined;
  return solution.status === 'optimal' && best !== undefined && Math.abs(solution.keptImportance - best) < 1e-6;
}

/** A solved problem; seconds are infinite without a proof. */
interface Solved {
  readonly problem: SolveProblem;
  readonly kept: number;
  readonly seconds: number;
}

function solveSome(solver: Solver, random: Random, blocks: number, repeats: number): readonly Solved[] {
  return Array.from({ length: repeats }, () => {
    const problem = randomProblem(random, blocks);
    const startedAt = performance.now();
    const solution = solver.solve(problem);
    const seconds = (performance.now() - startedAt) / 1000;
    if (solution.status !== 'optimal') return { problem, kept: Number.NaN, seconds: Number.POSITIVE_INFINITY };
    return { problem, kept: solution.keptImportance, seconds };
  });
}

function medianSeconds(solved: readonly Solved[]): number {
  const seconds = solved.map((one) => one.seconds).toSorted((a, b) => a - b);
  return seconds[Math.floor(seconds.length / 2)] ?? Number.NaN;
}

/** What a rule keeps of the importance that the best set keeps, on average over the problems that were proved. */
function meanShare(solved: readonly Solved[], rule: (problem: SolveProblem) => number): number {
  const proved = solved.filter(({ kept }) => Number.isFinite(kept));
  return proved.reduce((sum, { problem, kept }) => sum + rule(problem) / kept, 0) / proved.length;
}

/** The exact solver: time to proof, and agreement with trying every set. */
export const solver: Bench = {
  name: 'solver',
  summary:
    'solve with proof: seconds for 50 and 1,000 blocks on 3 targets, share equal to brute force up to 18 blocks; greedy beside it',
  goals: { seconds50x3: { atMost: 0.5 }, seconds1000x3: { atMost: 5 }, optimalShare: { atLeast: 1 } },
  async run({ quick, progress }) {
    const repeats = quick ? REPEATS.quick : REPEATS.full;
    const small = quick ? SMALL_PROBLEMS.quick : SMALL_PROBLEMS.full;
    const exact = await loadSolver();
    progress('50 blocks');
    const fifty = solveSome(exact, seededRandom(1), 50, repeats);
    progress('1,000 blocks');
    const thousand = solveSome(exact, seededRandom(2), 1000, repeats);
    progress('against brute force');
    const random = seededRandom(3);
    let optimal = 0;
    for (let problem = 0; problem < small; problem += 1) {
      const blocks = 4 + Math.floor(random() * (quick ? 9 : MAX_SMALL - 3));
      if (isOptimal(exact, randomProblem(random, blocks))) optimal += 1;
    }
    return {
      figures: {
        seconds50x3: medianSeconds(fifty),
        seconds1000x3: medianSeconds(thousand),
        slowestSeconds1000x3: Math.max(...thousand.map(({ seconds }) => seconds)),
        optimalShare: optimal / small,
        keptByImportanceFirst: meanShare(fifty, keptByImportance),
        keptByRatioFirst: meanShare(fifty, keptByRatio),
      },
    };
  },
};

import type { ComparedPair, ComparisonResult, Interval } from '@espalier/contracts';
import { estimateOf } from './outcome.js';

/** How one model stands to another. */
export interface Standing {
  readonly ratio: number;
  /** Holds together with all the others of its comparison. */
  readonly ci: Interval;
  readonly different: boolean;
}

/** The ratio of model `a` to model `b`, whichever way round the pair was judged. */
export function standing(pairs: readonly ComparedPair[], a: number, b: number): Standing | undefined {
  const direct = pairs.find((pair) => pair.a === a && pair.b === b);
  if (direct !== undefined) return { ratio: direct.ratio, ci: direct.simultaneousCi, different: direct.different };
  const inverse = pairs.find((pair) => pair.a === b && pair.b === a);
  if (inverse === undefined) return undefined;
  const [low, high] = inverse.simultaneousCi;
  return { ratio: 1 / inverse.ratio, ci: [1 / high, 1 / low], different: inverse.different };
}

/** Indices of the models by rank, and within a rank by the statistic. */
export function fromFastToSlow({ artifacts, ranks, statistic }: ComparisonResult): readonly number[] {
  const keys = artifacts.map((latency, index) => ({
    index,
    rank: ranks[index] ?? 0,
    valueMs: estimateOf(latency, statistic).valueMs,
  }));
  return keys.sort((a, b) => a.rank - b.rank || a.valueMs - b.valueMs).map(({ index }) => index);
}

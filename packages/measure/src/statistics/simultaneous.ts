import type { ComparedPair, Statistic } from '@espalier/contracts';
import { ALPHA } from './distributions.js';
import { contender, ratioOf } from './ratio.js';
import type { Take } from './take.js';

/**
 * The ratio of every pair of artifacts, with its own 95 % interval and one of a family that holds as a whole with 95 %
 * confidence: each of m pairs gets 1 − 5 %/m (Bonferroni; Dunn 1961). It needs no assumption on how the pairs depend on each
 * other, which the levels within and between processes leave unknown, and is only 2 to 3 % wider than Tukey's range would
 * be for independent artifacts.
 * @param takes at least one, of two artifacts or more
 */
export function simultaneousRatios(takes: readonly Take[], statistic: Statistic): ComparedPair[] {
  const artifacts = takes[0]?.series.length ?? 0;
  const contenders = Array.from({ length: artifacts }, (_, index) => contender(takes, index, statistic));
  const alpha = ALPHA / Math.max(1, (artifacts * (artifacts - 1)) / 2);
  return contenders.flatMap((first, a) =>
    contenders.slice(a + 1).map((second, after) => {
      const { value, lower, upper } = ratioOf(first, second);
      const together = ratioOf(first, second, alpha);
      const different = together.bounded && (together.lower > 1 || together.upper < 1);
      return {
        a,
        b: a + 1 + after,
        ratio: value,
        ci: [lower, upper],
        simultaneousCi: [together.lower, together.upper],
        different,
      };
    }),
  );
}

/** Per artifact: 1 + how many others are really faster. Equal ranks are not told apart. */
export function ranksOf(pairs: readonly ComparedPair[], artifacts: number): number[] {
  return Array.from({ length: artifacts }, (_, index) => {
    const faster = pairs.filter(
      ({ a, b, ratio, different }) => different && ((index === a && ratio > 1) || (index === b && ratio < 1)),
    );
    return 1 + faster.length;
  });
}

// A chain of convolutions with one block more than the control has: a true difference of 2 %. How often is it found?
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveSpec } from '@espalier/contracts';
import { measure } from '@espalier/measure';
import type { Bench } from '../bench.js';
import { medianOf, shareOf } from './figures.js';
import { writeConvChain } from './models.js';

const RUNS = { quick: 5, full: 40 };
const BLOCKS = 50;
/** The interval must be clearly less than 2 % wide to each side. */
const PRECISION = 0.008;
/** Of timed rounds; starting processes, loading and warming up come on top, and all of it has 20 s. */
const MAX_SECONDS = 10;
const TIME_LIMIT_SECONDS = 20;

/** Whether a true 2 % difference is found. */
export const detect: Bench = {
  name: 'detect',
  summary: 'a true 2 % difference: share of the runs that find it within 20 s, and seconds they take',
  goals: { detectedRate: { atLeast: 0.95 }, medianSeconds: { atMost: 20 } },
  async run({ quick, progress }) {
    const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
    try {
      const controlPath = await writeConvChain(folder, BLOCKS);
      const subjectPath = await writeConvChain(folder, BLOCKS + 1);
      const runs: { readonly slower: boolean; readonly ratio: number; readonly seconds: number }[] = [];
      const total = quick ? RUNS.quick : RUNS.full;
      for (let run = 1; run <= total; run += 1) {
        const spec = resolveSpec({ precision: PRECISION, maxSeconds: MAX_SECONDS, maxRuns: 100_000, seed: run });
        const { ratio, wallSeconds } = await measure({ subjectPath, controlPath, spec });
        if (ratio === undefined) throw new Error('a measurement with a control has a ratio');
        runs.push({ slower: ratio.ci[0] > 1, ratio: ratio.p50, seconds: wallSeconds });
        const [low, high] = ratio.ci.map((end) => end.toFixed(4));
        progress(`run ${run} of ${total}: ${ratio.p50.toFixed(4)} [${low}, ${high}], ${wallSeconds.toFixed(1)} s`);
      }
      return {
        figures: {
          detectedRate: shareOf(runs, ({ slower, seconds }) => slower && seconds <= TIME_LIMIT_SECONDS),
          detectedEverRate: shareOf(runs, ({ slower }) => slower),
          medianSeconds: medianOf(runs.map(({ seconds }) => seconds)),
          medianRatio: medianOf(runs.map(({ ratio }) => ratio)),
          runs: total,
        },
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

// Time to a 1 % interval, beside the protocol that most papers use (10 warm-up runs, 1,000 timed ones, one process), in
// turns; and how much either's p50 differs from one repetition to the next.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveSpec } from '@espalier/contracts';
import { measure } from '@espalier/measure';
import type { Bench } from '../bench.js';
import { bareLoop } from './bare.js';
import { medianOf, shareOf, spreadOf } from './figures.js';
import { CHAIN_OF_10_MS, writeConvChain } from './models.js';

const REPETITIONS = { quick: 3, full: 12 };
const FIXED = { warmUpRuns: 10, warmUpMs: 0, runs: 1000, ms: 0 };
const PRECISION = 0.01;

/** What precision costs. */
export const precision: Bench = {
  name: 'precision',
  summary:
    'time to 1 % against 10 warm-ups + 1,000 runs, and the run-to-run spread of both; one of them at most a third',
  goals: { betterOfBoth: { atMost: 0.33 } },
  async run({ quick, progress }) {
    const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
    try {
      const path = await writeConvChain(folder, CHAIN_OF_10_MS);
      const ours: { readonly p50Ms: number; readonly seconds: number; readonly converged: boolean }[] = [];
      const fixed: { readonly p50Ms: number; readonly seconds: number }[] = [];
      const repetitions = quick ? REPETITIONS.quick : REPETITIONS.full;
      for (let repetition = 1; repetition <= repetitions; repetition += 1) {
        const spec = resolveSpec({ precision: PRECISION, seed: repetition });
        const startMs = performance.now();
        const { subject } = await measure({ subjectPath: path, spec });
        const seconds = (performance.now() - startMs) / 1000;
        ours.push({ p50Ms: subject.p50Ms, seconds, converged: subject.converged });
        const loop = await bareLoop({ modelPath: path, shape: [1, 64, 28, 28], ...FIXED });
        fixed.push({ p50Ms: medianOf(loop.samplesMs), seconds: loop.wallMs / 1000 });
        progress(
          `repetition ${repetition} of ${repetitions}: ${seconds.toFixed(1)} s, fixed ${loop.wallMs.toFixed(0)} ms`,
        );
      }
      const timeRatio = medianOf(ours.map(({ seconds }) => seconds)) / medianOf(fixed.map(({ seconds }) => seconds));
      const spreadRatio = spreadOf(ours.map(({ p50Ms }) => p50Ms)) / spreadOf(fixed.map(({ p50Ms }) => p50Ms));
      return {
        figures: {
          timeRatio,
          spreadRatio,
          betterOfBoth: Math.min(timeRatio, spreadRatio),
          convergedRate: shareOf(ours, ({ converged }) => converged),
          ourSpread: spreadOf(ours.map(({ p50Ms }) => p50Ms)),
          fixedSpread: spreadOf(fixed.map(({ p50Ms }) => p50Ms)),
        },
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

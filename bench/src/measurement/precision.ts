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
import { CHAIN_OF_10_MS, writeConvChain, writeResNet50 } from './models.js';

const REPETITIONS = { quick: { chain: 2, resnet50: 1 }, full: { chain: 8, resnet50: 4 } };
const FIXED = { warmUpRuns: 10, warmUpMs: 0, runs: 1000, ms: 0 };
const PRECISION = 0.01;

interface Subject {
  readonly path: string;
  readonly shape: readonly number[];
}

interface Take {
  readonly p50Ms: number;
  readonly seconds: number;
}

/** Both protocols in turns. */
async function inTurns({ path, shape }: Subject, repetitions: number, progress: (text: string) => void) {
  const ours: (Take & { readonly converged: boolean })[] = [];
  const fixed: Take[] = [];
  for (let repetition = 1; repetition <= repetitions; repetition += 1) {
    const startMs = performance.now();
    const { subject } = await measure({
      subjectPath: path,
      spec: resolveSpec({ precision: PRECISION, seed: repetition }),
    });
    const seconds = (performance.now() - startMs) / 1000;
    ours.push({ p50Ms: subject.p50Ms, seconds, converged: subject.converged });
    const loop = await bareLoop({ modelPath: path, shape, ...FIXED });
    fixed.push({ p50Ms: medianOf(loop.samplesMs), seconds: loop.wallMs / 1000 });
    progress(`repetition ${repetition} of ${repetitions}: ${seconds.toFixed(1)} s, fixed ${loop.wallMs.toFixed(0)} ms`);
  }
  const p50s = (takes: readonly Take[]): number[] => takes.map(({ p50Ms }) => p50Ms);
  const seconds = (takes: readonly Take[]): number => medianOf(takes.map((take) => take.seconds));
  return {
    timeRatio: seconds(ours) / seconds(fixed),
    spreadRatio: spreadOf(p50s(ours)) / spreadOf(p50s(fixed)),
    convergedRate: shareOf(ours, ({ converged }) => converged),
  };
}

/** What precision costs. */
export const precision: Bench = {
  name: 'precision',
  summary:
    'time to 1 % against 10 warm-ups + 1,000 runs, and the run-to-run spread of both; one of them at most a third',
  goals: { timeRatio: { atMost: 0.33 } },
  async run({ quick, progress }) {
    const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
    try {
      const repetitions = quick ? REPETITIONS.quick : REPETITIONS.full;
      const chain = { path: await writeConvChain(folder, CHAIN_OF_10_MS), shape: [1, 64, 28, 28] };
      const resnet50 = { path: await writeResNet50(folder), shape: [1, 3, 224, 224] };
      const short = await inTurns(chain, repetitions.chain, progress);
      const long = await inTurns(resnet50, repetitions.resnet50, progress);
      return {
        figures: {
          ...long,
          timeRatio10Ms: short.timeRatio,
          spreadRatio10Ms: short.spreadRatio,
          convergedRate10Ms: short.convergedRate,
        },
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

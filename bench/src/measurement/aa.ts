// A model against itself: how often is a difference called where there is none? Three ways: interleaved in one
// measurement; the same while another process loads the machine on and off; and as separate measurements minutes apart,
// judged as `espalier regressions` judges them. And: how often does a p50 interval cover the p50 of the measurements around it?
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Interval, resolveSpec } from '@espalier/contracts';
import { type HistoryPoint, judgeChange, measure, measureCanary } from '@espalier/measure';
import type { Bench } from '../bench.js';
import { medianOf, shareOf } from './figures.js';
import { CHAIN_OF_1_MS, writeConvChain } from './models.js';

/** Pairs in one process each, with and without load; pairs of several processes; and histories with so many results each. */
const WORK = {
  quick: { pairs: 10, processPairs: 3, histories: 2, results: 3 },
  full: { pairs: 200, processPairs: 100, histories: 16, results: 5 },
};
const PRECISION = 0.02;
const MAX_SECONDS = 6;

type Progress = (text: string) => void;

interface Pair {
  readonly ratioCi: Interval;
  readonly p50Ms: number;
  readonly p50Ci: Interval;
}

const holds = ([lower, upper]: Interval, value: number): boolean => lower <= value && value <= upper;

/** Interleaved measurements of a model and its copy. */
async function measurePairs(
  { paths, pairs, processes }: Readonly<{ paths: readonly [string, string]; pairs: number; processes: 1 | 'auto' }>,
  progress: Progress,
): Promise<Pair[]> {
  const [subjectPath, controlPath] = paths;
  const found: Pair[] = [];
  for (let pair = 1; pair <= pairs; pair += 1) {
    const spec = resolveSpec({
      processes,
      precision: PRECISION,
      maxSeconds: MAX_SECONDS,
      maxRuns: 100_000,
      seed: pair,
    });
    const { subject, ratio } = await measure({ subjectPath, controlPath, spec });
    if (ratio === undefined) throw new Error('a measurement with a control has a ratio');
    found.push({ ratioCi: ratio.ci, p50Ms: subject.p50Ms, p50Ci: subject.p50Ci });
    progress(
      `pair ${pair} of ${pairs}: ratio ${ratio.p50.toFixed(4)} [${ratio.ci.map((end) => end.toFixed(4)).join(', ')}]`,
    );
  }
  return found;
}

async function underLoad<Result>(work: () => Promise<Result>): Promise<Result> {
  const child: ChildProcess = fork(new URL('./load.js', import.meta.url));
  const exited = once(child, 'exit');
  try {
    return await work();
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

/** How many neighbours on each side stand for the truth of a measurement: near enough that the machine is the same. */
const NEIGHBOURS = 10;

/** The share of the p50 intervals that cover the median of the measurements around them, themselves left out. */
function coverage(pairs: readonly Pair[]): number {
  return shareOf(
    pairs.map((pair, index) => ({
      pair,
      around: [
        ...pairs.slice(Math.max(0, index - NEIGHBOURS), index),
        ...pairs.slice(index + 1, index + 1 + NEIGHBOURS),
      ],
    })),
    ({ pair, around }) => holds(pair.p50Ci, medianOf(around.map(({ p50Ms }) => p50Ms))),
  );
}

async function canaryMs(): Promise<number | null> {
  const outcome = await measureCanary({ provider: 'cpu' });
  return outcome.kind === 'measured' ? outcome.p50Ms : null;
}

/**
 * Histories of one identity that never changed; each result is judged against those before it. The histories take turns, so
 * that the results of one lie minutes apart.
 * @returns the verdicts
 */
async function judgeSeparate(
  subjectPath: string,
  { histories: count, results }: (typeof WORK)['full'],
  progress: Progress,
): Promise<string[]> {
  const histories = Array.from({ length: count }, (): HistoryPoint[] => []);
  const verdicts: string[] = [];
  for (let turn = 1; turn <= results; turn += 1) {
    for (const [index, history] of histories.entries()) {
      const canary = await canaryMs();
      const { subject } = await measure({ subjectPath, spec: resolveSpec({ seed: turn * count + index }) });
      const { p50Ms: valueMs, p50Ci: ci } = subject;
      const latest: HistoryPoint = { valueMs, ci, canaryMs: canary, at: new Date().toISOString() };
      if (history.length > 0) verdicts.push(judgeChange(history, latest).verdict);
      history.push(latest);
      progress(
        `separate ${turn} of ${results}, history ${index + 1}: ${valueMs.toFixed(3)} ms, ${verdicts.at(-1) ?? ''}`,
      );
    }
  }
  return verdicts;
}

/** Whether intervals and comparisons are honest. */
export const aa: Bench = {
  name: 'aa',
  summary:
    'a model against itself: how often a difference is called, also under load and minutes apart; coverage of the p50',
  goals: {
    falseAlarmRate: { atMost: 0.07 },
    falseAlarmRateUnderLoad: { atMost: 0.07 },
    falseAlarmRateSeparate: { atMost: 0.1 },
    coverageP50: { atLeast: 0.93 },
  },
  async run({ quick, progress }) {
    const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
    try {
      const path = await writeConvChain(folder, CHAIN_OF_1_MS);
      const copy = join(folder, 'copy.onnx');
      await copyFile(path, copy);
      const paths = [path, copy] as const;
      const work = quick ? WORK.quick : WORK.full;
      const { pairs, processPairs } = work;
      const several = await measurePairs({ paths, pairs: processPairs, processes: 'auto' }, (text) =>
        progress(`several processes, ${text}`),
      );
      const calm = await measurePairs({ paths, pairs, processes: 1 }, progress);
      const loaded = await underLoad(() =>
        measurePairs({ paths, pairs, processes: 1 }, (text) => progress(`under load, ${text}`)),
      );
      const verdicts = await judgeSeparate(path, work, progress);
      const alarm = ({ ratioCi }: Pair): boolean => !holds(ratioCi, 1);
      return {
        figures: {
          falseAlarmRate: shareOf(calm, alarm),
          falseAlarmRateUnderLoad: shareOf(loaded, alarm),
          falseAlarmRateProcesses: shareOf(several, alarm),
          falseAlarmRateSeparate: shareOf(verdicts, (verdict) => verdict === 'slower' || verdict === 'faster'),
          undecidedSeparate: shareOf(verdicts, (verdict) => verdict === 'too-little-data'),
          coverageP50: coverage(several),
          pairs,
          separateVerdicts: verdicts.length,
        },
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

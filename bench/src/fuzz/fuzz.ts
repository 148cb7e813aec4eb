// Damaged models through everything that is done to an upload: decoding, finding blocks at both granularities, removing some,
// writing. Each case must end in a result or in an error with a code. Cases run in processes of their own, so that
// one that crashes its process or never ends is found and named; all of a case follows from the seed and its number.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.js';
import { layOutData } from './case.js';
import type { FuzzNews, FuzzWork } from './fuzz-child.js';

const CASES = { quick: 2_000, full: 60_000 };
/** Time on a processor; on a busy machine waiting is no fault of the code. */
const LONGEST_CPU_MS = 2_000;
/** A process that says nothing for so long is in a case without an end; one that only begins has models to load. */
const SILENCE_MS = 60_000;
const START_MS = 300_000;
const HEAP_MB = 1_024;
const FINDINGS_SHOWN = 20;
const PROGRESS_EVERY = 5_000;
const SHARED_MODELS = fileURLToPath(new URL('../../../../shared/models', import.meta.url));

interface Tally {
  cases: number;
  crashes: number;
  hangs: number;
  pruned: number;
  refused: number;
  slowestMs: number;
  exported: number;
  readonly codes: Map<string, number>;
  readonly findings: string[];
}

/** Hostile files. */
export const fuzz: Bench = {
  name: 'fuzz',
  summary: 'damaged models through decoding, blocks and surgery; --case N runs one again',
  goals: { cases: { atLeast: 50_000 }, crashes: { atMost: 0 }, hangs: { atMost: 0 } },
  async run({ quick, progress, seed = 1, only }) {
    const tally: Tally = emptyTally();
    const total = quick ? CASES.quick : CASES.full;
    const modelFolders = [SHARED_MODELS, `${SHARED_MODELS}/light`, `${SHARED_MODELS}/trained`].filter((path) =>
      existsSync(path),
    );
    const processes = only === undefined ? Math.max(1, Math.min(os.availableParallelism(), 8)) : 1;
    const ranges = Array.from({ length: processes }, (_, from) =>
      only === undefined ? { from, until: total, step: processes } : { from: only, until: only + 1, step: 1 },
    );
    const root = await mkdtemp(join(tmpdir(), 'espalier-fuzz-'));
    try {
      const shared = { seed, modelFolders, dataFolder: await layOutData(root) };
      await Promise.all(ranges.map((range) => runRange({ ...range, ...shared }, tally, progress)));
    } finally {
      await rm(root, { recursive: true, force: true });
    }
    return { figures: figuresOf(tally), notes: notesOf(tally, seed) };
  },
};

function emptyTally(): Tally {
  return {
    cases: 0,
    crashes: 0,
    hangs: 0,
    pruned: 0,
    refused: 0,
    slowestMs: 0,
    exported: 0,
    codes: new Map(),
    findings: [],
  };
}

/** Runs a range of cases to its end, in a fresh process after each that broke the last one. */
async function runRange(work: FuzzWork, tally: Tally, progress: (text: string) => void): Promise<void> {
  for (let next: number | undefined = work.from; next !== undefined; ) {
    const broken: number | undefined = await runProcess({ ...work, from: next }, tally, progress);
    next = broken === undefined || broken + work.step >= work.until ? undefined : broken + work.step;
  }
}

/** Resolves to the case that ended the process before its time, or `undefined` when all were run. */
async function runProcess(work: FuzzWork, tally: Tally, progress: (text: string) => void): Promise<number | undefined> {
  const child = fork(new URL('./fuzz-child.js', import.meta.url), [], {
    execArgv: [`--max-old-space-size=${HEAP_MB}`],
    serialization: 'advanced',
  });
  let current: number | undefined;
  let isSilent = false;
  const stop = (): void => {
    isSilent = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(stop, START_MS);
  child.on('message', (message) => {
    if (!isNews(message)) return;
    clearTimeout(timer);
    timer = setTimeout(stop, SILENCE_MS);
    current = message.kind === 'begins' ? message.number : undefined;
    const known = tally.findings.length;
    take(message, tally);
    for (const finding of tally.findings.slice(known)) progress(finding);
    if (message.kind === 'result' && tally.cases % PROGRESS_EVERY === 0) progress(`${tally.cases} cases`);
  });
  child.send(work);
  const how = await ended(child);
  clearTimeout(timer);
  if (current === undefined) {
    if (how === 'done') return undefined;
    throw new Error(`the process that runs cases from ${work.from} ended between two of them: ${how}`);
  }
  tally.cases += 1;
  if (isSilent) tally.hangs += 1;
  else tally.crashes += 1;
  tally.findings.push(`case ${current}: ${isSilent ? 'no end' : `the process ended: ${how}`}`);
  progress(tally.findings.at(-1) ?? '');
  return current;
}

async function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code === 0 ? 'done' : (signal ?? `exit code ${code}`)));
  });
}

function isNews(message: unknown): message is FuzzNews {
  return typeof message === 'object' && message !== null && 'kind' in message;
}

function take(news: FuzzNews, tally: Tally): void {
  switch (news.kind) {
    case 'ready':
      tally.exported = news.exported;
      return;
    case 'finding':
      tally.cases += 1;
      tally.crashes += 1;
      tally.findings.push(`case ${news.number}: ${news.text}`);
      return;
    case 'result':
      tally.cases += 1;
      tally.slowestMs = Math.max(tally.slowestMs, news.cpuMs);
      if (news.result.reached === 'pruned') tally.pruned += 1;
      if (news.result.reached === 'refused') tally.refused += 1;
      for (const code of new Set(news.result.codes)) tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1);
      if (news.cpuMs <= LONGEST_CPU_MS) return;
      tally.hangs += 1;
      tally.findings.push(`case ${news.number}: ${Math.round(news.cpuMs)} ms of ${news.result.subject}`);
      return;
    default:
  }
}

function figuresOf({ cases, crashes, hangs, pruned, refused, slowestMs }: Tally): Readonly<Record<string, number>> {
  return { cases, crashes, hangs, prunedShare: pruned / cases, refusedShare: refused / cases, slowestMs };
}

function notesOf({ findings, codes, exported }: Tally, seed: number): readonly string[] {
  const refusals = [...codes].sort(([, a], [, b]) => b - a).map(([code, times]) => `${code} ${times}`);
  return [
    `refused with ${refusals.join(', ')}`,
    exported > 0
      ? `${exported} files of exporters among the models`
      : `no files of exporters: there is no ${SHARED_MODELS}`,
    ...findings.slice(0, FINDINGS_SHOWN),
    ...(findings.length > 0 ? [`${findings.length} findings; again: --case NUMBER --seed ${seed}`] : []),
  ];
}

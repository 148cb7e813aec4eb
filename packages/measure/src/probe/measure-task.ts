import type { MeasurementProgress } from '@espalier/contracts';
import { env, type InferenceSession } from 'onnxruntime-node';
import type { ArtifactSet, Clock, TimedArtifact } from '../sampling/artifact.js';
import { remainingMs } from '../sampling/remaining.js';
import { type Rounds, runRounds } from '../sampling/rounds.js';
import { type WarmUp, warmUp } from '../sampling/warm-up.js';
import { median } from '../statistics/quantile.js';
import { seededRandom } from '../statistics/random.js';
import { firstRun, type FirstRun } from './first-run.js';
import type { Measured, MeasureRequest, Samples } from './messages.js';
import { checkPlacement } from './placement.js';
import { openSession, startOnnxruntime } from './session.js';
import { type Feeds, inputsOf } from './tensors.js';

/** Warming up may take this share of the time that the rounds may take. */
const WARM_UP_SHARE = 0.25;

const PROGRESS_INTERVAL_MS = 200;
const TIMER_READINGS = 1000;
const MICROSECONDS = 1e6;
const KIB = 1024;

const now: Clock = () => performance.now();

type Report = (progress: MeasurementProgress) => void;

/** Passes on at most five reports a second, so that reporting does not disturb what it reports on. */
function throttled(report: Report): Report {
  let nextMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const nowMs = now();
    if (nowMs < nextMs) return;
    nextMs = nowMs + PROGRESS_INTERVAL_MS;
    report(progress);
  };
}

/** What one reading of the clock costs, in ms. */
function timerCostMs(): number {
  const readings = Array.from({ length: TIMER_READINGS }, now);
  const first = readings[0] ?? 0;
  const last = readings.at(-1) ?? first;
  return Math.max((last - first) / TIMER_READINGS, median(readings.slice(1).map((ms, i) => ms - (readings[i] ?? ms))));
}

/** A model that is loaded and has run once. */
interface Loaded extends FirstRun {
  readonly session: InferenceSession;
  readonly loadMs: number;
}

/** What a caller of onnxruntime sees: from calling `run` until its promise gives the outputs. They are let go untimed. */
function timed(session: InferenceSession, feeds: Feeds): TimedArtifact {
  return {
    async time(runs) {
      const results: InferenceSession.ReturnType[] = [];
      const startMs = now();
      for (let run = 0; run < runs; run++) results.push(await session.run(feeds));
      const elapsedMs = now() - startMs;
      for (const result of results) for (const output of Object.values(result)) output.dispose();
      return elapsedMs;
    },
  };
}

async function loadSubject({ subjectPath, spec }: MeasureRequest): Promise<Loaded> {
  const { session, loadMs } = await openSession(subjectPath, spec);
  return { session, loadMs, ...(await firstRun(session, spec, spec.seed)) };
}

/** Loads the control, which is fed like the subject: same shapes, same data. */
async function loadControl(controlPath: string, { spec }: MeasureRequest, subject: Loaded): Promise<Loaded> {
  const { session, loadMs } = await openSession(controlPath, spec);
  const names = new Set(inputsOf(session).map(({ name }) => name));
  const inputShapes = Object.fromEntries(Object.entries(subject.shapes).filter(([name]) => names.has(name)));
  return { session, loadMs, ...(await firstRun(session, { batch: spec.batch, inputShapes }, spec.seed)) };
}

async function sample(
  set: ArtifactSet,
  { spec }: MeasureRequest,
  report: Report,
): Promise<{ warm: WarmUp; rounds: Rounds }> {
  const startMs = now();
  const warm = await warmUp(set, {
    now,
    maxMs: WARM_UP_SHARE * spec.maxSeconds * 1000,
    onRound: (runs) => report({ phase: 'warming-up', runs, elapsedMs: now() - startMs }),
  });
  const rounds = await runRounds(set, spec, {
    now,
    random: seededRandom(spec.seed),
    typicalMs: warm.typicalMs,
    timerCostMs: timerCostMs(),
    onRound: (soFar) =>
      report({
        phase: 'sampling',
        runs: soFar.rounds,
        elapsedMs: now() - startMs,
        remainingMs: remainingMs(spec, soFar),
        ...(soFar.relativeHalfWidth === undefined || !Number.isFinite(soFar.relativeHalfWidth)
          ? {}
          : { relativeHalfWidth: soFar.relativeHalfWidth }),
      }),
  });
  return { warm, rounds };
}

function samplesOf({ loadMs, firstRunMs }: Loaded, index: number, warm: WarmUp, rounds: Rounds): Samples {
  const runsPerSample = rounds.runsPerSample[index] ?? 1;
  return {
    samplesMs: [...(rounds.samplesMs[index] ?? [])],
    runsPerSample,
    droppedRuns: 1 + warm.runs + rounds.droppedRounds * runsPerSample,
    loadMs,
    firstRunMs,
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}

/** Measures the subject of a request, interleaved with its control, and returns the raw samples. */
export async function measureTask(request: MeasureRequest, reportProgress: Report): Promise<Measured> {
  const { subjectPath, controlPath, spec, workDir } = request;
  const report = throttled(reportProgress);
  report({ phase: 'loading', runs: 0, elapsedMs: 0 });
  await startOnnxruntime();
  const subject = await loadSubject(request);
  const control = controlPath === undefined ? undefined : await loadControl(controlPath, request, subject);
  const placement =
    spec.provider === 'cpu' ? undefined : await checkPlacement(subjectPath, spec, { feeds: subject.feeds, workDir });
  const timedSubject = timed(subject.session, subject.feeds);
  const set: ArtifactSet = control ? [timedSubject, timed(control.session, control.feeds)] : [timedSubject];
  const { warm, rounds } = await sample(set, request, report);
  return {
    kind: 'measured',
    subject: samplesOf(subject, 0, warm, rounds),
    ...(control === undefined ? {} : { control: samplesOf(control, 1, warm, rounds) }),
    atMs: [...rounds.atMs],
    warmUpSteady: warm.steady,
    inputs: Object.fromEntries(Object.entries(subject.shapes).map(([name, dims]) => [name, [...dims]])),
    assumedInputs: [...subject.assumed],
    ...(placement === undefined ? {} : { placement }),
    onnxruntime: env.versions.node ?? 'unknown',
    cpuSeconds: cpuSeconds(),
    peakRssBytes: process.resourceUsage().maxRSS * KIB,
  };
}

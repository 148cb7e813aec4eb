import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'onnxruntime-node';
import { pacerOf } from '../sampling/pacing.js';
import { type Part, partOf } from '../sampling/quota.js';
import { remainingMs, type RoundsSoFar } from '../sampling/remaining.js';
import { type Rounds, runRounds } from '../sampling/rounds.js';
import { type WarmUp, warmUp } from '../sampling/warm-up.js';
import { type Random, seededRandom } from '../statistics/random.js';
import { type Loaded, loadAll } from './load.js';
import type { Measured, MeasureRequest, Punctuality, Samples } from './messages.js';
import { checkPlacement, type Placement } from './placement.js';
import { type Report, throttled } from './report.js';
import { startOnnxruntime } from './session.js';
import { sleepUntil } from './sleep.js';
import { now, timedSession, timerCostMs } from './timing.js';

/** Warming up may take this share of the time that the rounds may take. */
const WARM_UP_SHARE = 0.25;

/** Processes have their own order of rounds: seeds this far apart. */
const SEED_STRIDE = 2 ** 32;

const MICROSECONDS = 1e6;

/** Where the nodes of all artifacts ran, when that is not the CPU; one that the provider runs no part of is an error. */
async function placementOf(artifacts: readonly Loaded[], request: MeasureRequest): Promise<Placement | undefined> {
  const { spec, quota, workDir, artifactPaths } = request;
  if (spec.provider === 'cpu' || quota.process > 0) return undefined;
  let [nodes, nodesElsewhere] = [0, 0];
  for (const [index, path] of artifactPaths.entries()) {
    const folder = join(workDir, `placement-${index}`);
    await mkdir(folder);
    const placement = await checkPlacement(path, spec, { feeds: artifacts[index]?.feeds ?? {}, workDir: folder });
    nodes += placement.nodes;
    nodesElsewhere += placement.nodesElsewhere;
  }
  return { nodes, nodesElsewhere };
}

/** The estimate of what is left is of the processes that are planned; how wide, of the whole that all of them make. */
function progressOf({ spec, quota }: MeasureRequest, part: Part, overheadMs: number, soFar: RoundsSoFar) {
  const { share, maxRuns, maxSeconds } = part;
  const { rounds, elapsedMs, relativeHalfWidth } = soFar;
  const known = relativeHalfWidth !== undefined && Number.isFinite(relativeHalfWidth);
  return {
    phase: 'sampling',
    runs: rounds,
    elapsedMs: now(),
    remainingMs: remainingMs(
      { ...spec, maxRuns: maxRuns * share, maxSeconds: maxSeconds * share },
      { rounds, elapsedMs, relativeHalfWidth: known ? relativeHalfWidth * Math.sqrt(share) : undefined },
      { share, processesLeft: Math.max(1, share - quota.process), perProcessMs: overheadMs },
    ),
    ...(known ? { relativeHalfWidth } : {}),
  } as const;
}

/** What came of running the artifacts. */
interface Run {
  readonly warm: WarmUp;
  readonly part: Part;
  readonly rounds: Rounds;
  readonly punctuality: Punctuality | undefined;
  /** From the start of the process to the first round. */
  readonly overheadMs: number;
}

async function run(artifacts: readonly Loaded[], request: MeasureRequest, tell: Report, random: Random): Promise<Run> {
  const { spec, quota } = request;
  const report = throttled(tell);
  const set = artifacts.map(({ session, feeds }) => timedSession(session, feeds));
  const warm = await warmUp(set, {
    now,
    maxMs: WARM_UP_SHARE * spec.maxSeconds * 1000,
    onRound: (runs) => report(() => ({ phase: 'warming-up', runs, elapsedMs: now() })),
  });
  const overheadMs = now();
  const part = partOf(quota, overheadMs);
  const pacer = pacerOf(spec.pacing, { now, sleepUntil, random });
  const rounds = await runRounds(set, spec, part, {
    now,
    random,
    pacer,
    backToBack: spec.pacing.kind === 'back-to-back',
    typicalMs: warm.typicalMs,
    timerCostMs: timerCostMs(),
    onProgress: (soFar) => tell(progressOf(request, part, overheadMs, soFar)),
  });
  return { warm, part, rounds, punctuality: pacer.punctuality(), overheadMs };
}

function samplesOf({ loadMs, firstRunMs, runs, modelBytes }: Loaded, index: number, { warm, rounds }: Run): Samples {
  const runsPerSample = rounds.runsPerSample[index] ?? 1;
  return {
    samplesMs: rounds.samplesMs[index] ?? new Float64Array(),
    runsPerSample,
    droppedRuns: runs + warm.runs + rounds.droppedRounds * runsPerSample,
    loadMs,
    firstRunMs,
    modelBytes,
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}

/** Measures the artifacts of a request in the same rounds, as much as is this process's part, and returns the raw samples. */
export async function measureTask(request: MeasureRequest, tell: Report): Promise<Measured> {
  const { spec, quota } = request;
  const random = seededRandom(spec.seed + quota.process * SEED_STRIDE);
  tell({ phase: 'loading', runs: 0, elapsedMs: now() });
  await startOnnxruntime();
  const { artifacts, peakRssBytes } = await loadAll(request, random);
  const [subject] = artifacts;
  if (subject === undefined) throw new RangeError('nothing to measure');
  const placement = await placementOf(artifacts, request);
  const ran = await run(artifacts, request, tell, random);
  const { warm, part, rounds, punctuality, overheadMs } = ran;
  return {
    kind: 'measured',
    artifacts: artifacts.map((artifact, index) => samplesOf(artifact, index, ran)),
    atMs: rounds.atMs,
    startedAtMs: performance.timeOrigin + rounds.startMs,
    samplingMs: rounds.elapsedMs,
    share: part.share,
    overheadMs,
    warmUpSteady: warm.steady,
    inputs: Object.fromEntries(Object.entries(subject.shapes).map(([name, dims]) => [name, [...dims]])),
    assumedInputs: [...subject.assumed],
    ...(placement === undefined ? {} : { placement }),
    ...(punctuality === undefined ? {} : { punctuality }),
    onnxruntime: env.versions.node ?? 'unknown',
    cpuSeconds: cpuSeconds(),
    ...(peakRssBytes === undefined ? {} : { peakRssBytes }),
  };
}

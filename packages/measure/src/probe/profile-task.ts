import { join } from 'node:path';
import type { ProfiledKernel } from '@espalier/contracts';
import {
  GraphBuilder,
  type GraphView,
  labelGraph,
  type OnnxModel,
  readModelFile,
  writeModelFile,
} from '@espalier/onnx';
import { env, type InferenceSession } from 'onnxruntime-node';
import { MeasureError } from '../measure-error.js';
import { nodesOfKernels } from '../profile/attribution.js';
import { callCostUs, type KernelShare, type ProfiledRun, runShares, type RunShares } from '../profile/kernel-shares.js';
import { type RunBudget, runBudget, tooManyEvents } from '../profile/event-budget.js';
import { profileLabels, withoutLabels } from '../profile/labels.js';
import { providerCalled } from '../profile/provider-name.js';
import { alternate, type AlternatingRuns, type ProfiledSet } from '../profile/schedule.js';
import { readTrace } from '../profile/trace-file.js';
import { median } from '../statistics/quantile.js';
import { seededRandom } from '../statistics/random.js';
import { type WarmUp, warmUp } from '../sampling/warm-up.js';
import { type FirstRun, firstRun, runAndDrop } from './first-run.js';
import { inputArraysIn } from './input-file.js';
import type { Profiled, ProfileRequest } from './messages.js';
import { readWholeModel } from './model-file.js';
import { type Report, throttled } from './report.js';
import { openSession, startOnnxruntime } from './session.js';
import type { Feeds } from './tensors.js';
import { now, timedSession } from './timing.js';

/** Warming up may take this share of the time that the runs may take. */
const WARM_UP_SHARE = 0.25;

/** The run that made sure that the empty model works. */
const EMPTY_FIRST_RUNS = 1;

const MICROSECONDS = 1e6;

/** A session with the profiler on, and where its files are. */
interface ProfiledSession {
  readonly session: InferenceSession;
  readonly tracePrefix: string;
  /** Absent where onnxruntime cannot write down what it made of the model: a provider compiled parts of it. */
  readonly optimisedPath?: string;
}

async function openProfiled(modelPath: string, { spec, workDir }: ProfileRequest): Promise<ProfiledSession> {
  const tracePrefix = join(workDir, 'profile');
  const optimisedPath = join(workDir, 'optimised.onnx');
  try {
    const { session } = await openSession(modelPath, spec, { filePrefix: tracePrefix, optimisedPath });
    return { session, tracePrefix, optimisedPath };
  } catch {
    const plainPrefix = join(workDir, 'trace');
    const { session } = await openSession(modelPath, spec, { filePrefix: plainPrefix });
    return { session, tracePrefix: plainPrefix };
  }
}

/** The graph that onnxruntime ran; undefined where it is not known, and kernels are told by their names alone. */
async function optimisedGraph({ optimisedPath }: ProfiledSession): Promise<GraphView | undefined> {
  if (optimisedPath === undefined) return undefined;
  try {
    return (await readModelFile(optimisedPath)).graph;
  } catch {
    return undefined;
  }
}

/** How many events a run leaves: with sub-graphs, whose kernels may run any number of times, one run has to tell. */
async function eventsPerRun(
  model: OnnxModel,
  modelPath: string,
  feeds: Feeds,
  request: ProfileRequest,
): Promise<number> {
  const { nodes } = model.graph;
  const { functions } = model.proto;
  if (functions.length === 0 && nodes.every(({ hasSubgraph }) => !hasSubgraph)) return 3 * nodes.length;
  const filePrefix = join(request.workDir, 'scout');
  const { session } = await openSession(modelPath, request.spec, { filePrefix });
  await runAndDrop(session, feeds);
  session.endProfiling();
  await session.release();
  const [run] = await readTrace(filePrefix);
  if (run === undefined) throw tooManyEvents();
  return 2 * run.kernels.length + 2;
}

/** A session of a model that does nothing, to see what a call costs; on the CPU, where nothing has to be copied. */
async function openEmpty({ spec, workDir }: ProfileRequest): Promise<ProfiledSession & { readonly feeds: Feeds }> {
  const graph = new GraphBuilder('empty');
  graph.output(graph.identity('identity', graph.input('x', 'float32', [1])), { as: 'y' });
  const modelPath = join(workDir, 'empty.onnx');
  await writeModelFile(graph.build(), modelPath);
  const tracePrefix = join(workDir, 'calls');
  const settings = { ...spec, provider: 'cpu', providerOptions: {}, batch: 1, inputShapes: {} };
  const { session } = await openSession(modelPath, settings, { filePrefix: tracePrefix });
  const { feeds } = await firstRun(session, settings, spec.seed);
  return { session, tracePrefix, feeds };
}

async function runAlternately(
  set: ProfiledSet,
  { spec, budget, report }: { spec: ProfileRequest['spec']; budget: RunBudget; report: ReturnType<typeof throttled> },
): Promise<{ warm: WarmUp; runs: AlternatingRuns }> {
  const warm = await warmUp([set.plain], {
    now,
    maxMs: WARM_UP_SHARE * spec.maxSeconds * 1000,
    onRound: (runs) => report(() => ({ phase: 'warming-up', runs, elapsedMs: now() })),
  });
  for (let run = 0; run < budget.warmUpRuns; run++) await set.profiled.time(1);
  const runs = await alternate(set, {
    typicalMs: warm.typicalMs[0] ?? 1,
    minRuns: spec.minRuns,
    maxRuns: Math.min(spec.maxRuns, budget.maxRuns),
    maxMs: spec.maxSeconds * 1000,
    now,
    random: seededRandom(spec.seed),
    onBatch: (kept) => report(() => ({ phase: 'sampling', runs: kept, elapsedMs: now() })),
  });
  return { warm, runs };
}

/** Puts what the trace tells of each run beside how long it took from outside; the first `dropped` runs were not timed. */
async function withTraces(
  tracePrefix: string,
  outerMs: readonly number[],
  dropped: number,
): Promise<readonly ProfiledRun[]> {
  const traced = (await readTrace(tracePrefix)).slice(dropped);
  if (traced.length !== outerMs.length) {
    throw new MeasureError('probe-crashed', `the profile has ${traced.length} of ${outerMs.length} runs`, {
      hint: 'profile fewer runs (maxRuns)',
    });
  }
  return traced.map((run, index) => ({ outerMs: outerMs[index] ?? 0, traced: run }));
}

/** Kernels of the model with the nodes behind them; those of a sub-graph stand for the node that holds it. */
function profiledKernels(
  { kernels }: RunShares,
  graph: GraphView,
  optimised: GraphView | undefined,
): readonly ProfiledKernel[] {
  const outer = kernels.filter(({ within }) => within === undefined);
  const nodesByKernel = new Map<KernelShare | undefined, readonly string[]>(
    nodesOfKernels(graph, outer, optimised).map((nodes, kernel) => [outer[kernel], nodes.map(({ name }) => name)]),
  );
  return kernels.map((kernel) => {
    const holder = kernel.within === undefined ? kernel : kernels[kernel.within];
    return {
      name: withoutLabels(kernel.name),
      opType: kernel.opType,
      provider: providerCalled(kernel.provider),
      nodes: [...(nodesByKernel.get(holder) ?? [])],
      share: kernel.share,
      medianMs: kernel.medianMs,
    };
  });
}

function checkProvider(provider: string, kernels: readonly ProfiledKernel[]): void {
  if (kernels.some((kernel) => kernel.provider === provider)) return;
  throw new MeasureError('provider-unavailable', `${provider} ran no part of the model; all of it fell back`, {
    hint: 'profile it on the provider that really runs it, such as cpu',
  });
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}

function settled({ shapes, assumed }: FirstRun): Pick<Profiled, 'inputs' | 'assumedInputs'> {
  return {
    inputs: Object.fromEntries(Object.entries(shapes).map(([name, dims]) => [name, [...dims]])),
    assumedInputs: [...assumed],
  };
}

/**
 * Finds out where the time of a run goes: runs a labelled copy of the model in two sessions, with and without
 * onnxruntime's profiler, alternately.
 */
export async function profileTask(request: ProfileRequest, reportProgress: Report): Promise<Profiled> {
  const { modelPath, inputDataPath, spec, workDir } = request;
  const report = throttled(reportProgress);
  report(() => ({ phase: 'loading', runs: 0, elapsedMs: now() }));
  await startOnnxruntime();
  const model = await readWholeModel(modelPath);
  const labelledPath = join(workDir, 'labelled.onnx');
  await writeModelFile(labelGraph(model, profileLabels), labelledPath);
  const plain = await openSession(labelledPath, spec);
  const first = await firstRun(plain.session, spec, spec.seed, await inputArraysIn(inputDataPath));
  const budget = runBudget(await eventsPerRun(model, labelledPath, first.feeds, request));
  const profiled = await openProfiled(labelledPath, request);
  const empty = await openEmpty(request);
  const { feeds } = first;
  const set: ProfiledSet = {
    plain: timedSession(plain.session, feeds),
    profiled: timedSession(profiled.session, feeds),
    empty: timedSession(empty.session, empty.feeds),
  };
  const { warm, runs } = await runAlternately(set, { spec, budget, report });
  for (const { session } of [profiled, empty]) session.endProfiling();
  await Promise.all([plain, profiled, empty].map(({ session }) => session.release()));
  const timesMs = runs.profiled.map(({ outerMs }) => outerMs);
  const allRuns = await withTraces(profiled.tracePrefix, timesMs, budget.warmUpRuns);
  const profiledRuns = allRuns.filter((_, run) => runs.profiled[run]?.kept);
  const callUs = callCostUs(await withTraces(empty.tracePrefix, runs.emptyMs, EMPTY_FIRST_RUNS));
  const shares = runShares(profiledRuns, callUs);
  const kernels = profiledKernels(shares, model.graph, await optimisedGraph(profiled));
  checkProvider(spec.provider, kernels);
  return {
    kind: 'profiled',
    runs: profiledRuns.length,
    profiledP50Ms: median(profiledRuns.map(({ outerMs }) => outerMs)),
    plainP50Ms: median(runs.plainMs),
    kernels: [...kernels],
    runtimeShare: shares.runtimeShare,
    unexplained: shares.unexplained,
    warmUpSteady: warm.steady,
    ...settled(first),
    onnxruntime: env.versions.node ?? 'unknown',
    cpuSeconds: cpuSeconds(),
  };
}

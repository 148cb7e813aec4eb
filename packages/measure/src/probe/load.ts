import { stat } from 'node:fs/promises';
import type { InferenceSession } from 'onnxruntime-node';
import type { InputArrays } from '../inputs/input-data.js';
import type { InputSignature, ShapeWishes } from '../inputs/shapes.js';
import { type Random, shuffled } from '../statistics/random.js';
import { firstRun, type FirstRun, runAndDrop } from './first-run.js';
import { inputArraysIn } from './input-file.js';
import type { MeasureRequest } from './messages.js';
import { peakResidentBytes } from './peak-memory.js';
import { openSession, runError } from './session.js';
import { inputsOf } from './tensors.js';

/** A few more runs after the first show what memory the subject needs... */
const RUNS_ALONE = 3;

/** ...as far as they fit in here: a slow model has shown it in its first. */
const MAX_ALONE_MS = 1000;

/** A model that is loaded and has run once. */
export interface Loaded extends FirstRun {
  readonly session: InferenceSession;
  readonly loadMs: number;
  /** How often it has run, untimed or cold. */
  readonly runs: number;
  readonly modelBytes: number;
}

/** What a process has loaded. */
export interface LoadedSet {
  /** In the order of the request. */
  readonly artifacts: readonly Loaded[];
  /** Peak resident memory when nothing but the subject had been loaded and run; in the first process only. */
  readonly peakRssBytes: number | undefined;
}

function takes({ dims }: InputSignature, shape: readonly number[]): boolean {
  return dims.length === shape.length && dims.every((dim, axis) => typeof dim === 'string' || dim === shape[axis]);
}

/**
 * The shapes of the subject for those inputs that an artifact has too. One that does not take its shape, as at another
 * resolution, has its own, unless the user has given that shape.
 */
function shapesLike(
  subject: FirstRun['shapes'],
  session: InferenceSession,
  { inputShapes }: Pick<ShapeWishes, 'inputShapes'>,
): FirstRun['shapes'] {
  const common = inputsOf(session).flatMap((input) => {
    const shape = subject[input.name];
    const alike = shape !== undefined && (inputShapes[input.name] !== undefined || takes(input, shape));
    return alike ? [[input.name, shape] as const] : [];
  });
  return Object.fromEntries(common);
}

/** What all artifacts of a request are fed. */
interface Feeding {
  readonly spec: MeasureRequest['spec'];
  readonly arrays: InputArrays | undefined;
}

/** @param subject the shapes of the subject, when it is another artifact that is loaded */
async function load(path: string, { spec, arrays }: Feeding, subject?: FirstRun['shapes']): Promise<Loaded> {
  const { session, loadMs } = await openSession(path, spec);
  const { size } = await stat(path);
  const inputShapes = subject === undefined ? spec.inputShapes : shapesLike(subject, session, spec);
  const wishes = { batch: spec.batch, inputShapes };
  return { session, loadMs, modelBytes: size, runs: 1, ...(await firstRun(session, wishes, spec.seed, arrays)) };
}

/** The subject after a few more runs, with the peak of memory until then. */
async function seenAlone(subject: Loaded): Promise<{ subject: Loaded; peakRssBytes: number }> {
  const { session, feeds, firstRunMs, runs } = subject;
  const more = Math.min(RUNS_ALONE, Math.floor(MAX_ALONE_MS / firstRunMs));
  try {
    for (let run = 0; run < more; run++) await runAndDrop(session, feeds);
  } catch (cause) {
    throw runError(cause);
  }
  return { subject: { ...subject, runs: runs + more }, peakRssBytes: await peakResidentBytes() };
}

/**
 * The first process loads the subject first and alone, to see what memory it needs and which shapes it runs on; the others
 * are fed the same, where they take it. Further processes, which are told the shapes, load in an order of their own, for none is to profit from
 * its place in memory in all of them.
 */
export async function loadAll(request: MeasureRequest, random: Random): Promise<LoadedSet> {
  const { artifactPaths, inputDataPath, quota, spec } = request;
  const feeding: Feeding = { spec, arrays: await inputArraysIn(inputDataPath) };
  const [subjectPath = '', ...otherPaths] = artifactPaths;
  if (quota.process === 0) {
    const { subject, peakRssBytes } = await seenAlone(await load(subjectPath, feeding));
    const artifacts = [subject];
    for (const path of otherPaths) artifacts.push(await load(path, feeding, subject.shapes));
    return { artifacts, peakRssBytes };
  }
  const loaded = new Map<number, Loaded>();
  const alike: Feeding = { ...feeding, spec: { ...spec, inputShapes: {} } };
  for (const [index, path] of shuffled([...artifactPaths.entries()], random)) {
    loaded.set(index, await load(path, alike, spec.inputShapes));
  }
  return { artifacts: artifactPaths.flatMap((_, index) => loaded.get(index) ?? []), peakRssBytes: undefined };
}

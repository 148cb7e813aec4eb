import type { InferenceSession } from 'onnxruntime-node';
import type { InputArrays } from '../inputs/input-data.js';
import { assumedSizesInOrder, type InputSignature, resolveShapes, type ShapeWishes } from '../inputs/shapes.js';
import { MeasureError } from '../measure-error.js';
import { atWork } from './at-work.js';
import { type Feeds, feedsFromData, inputsOf, randomFeeds } from './tensors.js';
import { runError } from './session.js';

/** What the first run that worked was fed, and how long it took. */
export interface FirstRun {
  readonly feeds: Feeds;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Inputs with a dimension that was assumed. */
  readonly assumed: readonly string[];
  readonly firstRunMs: number;
}

/** Runs a session and lets go of its outputs. */
export async function runAndDrop(session: InferenceSession, feeds: Feeds): Promise<void> {
  for (const output of Object.values(await session.run(feeds))) output.dispose();
}

interface Attempt {
  readonly shapes: FirstRun['shapes'];
  readonly assumed: FirstRun['assumed'];
}

/** The shapes to try, each once: one attempt when nothing has to be assumed. */
function attemptsFor(inputs: readonly InputSignature[], wishes: ShapeWishes): readonly Attempt[] {
  const attempts = assumedSizesInOrder.map((sizes) => resolveShapes(inputs, wishes, sizes));
  const distinct = new Map(attempts.map((attempt) => [JSON.stringify(attempt.shapes), attempt]));
  return [...distinct.values()];
}

function unresolved(attempts: readonly Attempt[], cause: unknown): MeasureError {
  const { code, message } = runError(cause);
  const names = attempts[0]?.assumed ?? [];
  if (names.length === 0 || code === 'probe-out-of-memory') return new MeasureError(code, message, { cause });
  const tried = names.map(
    (name) => `${name} as ${attempts.map(({ shapes }) => shapes[name]?.join('×') ?? '').join(', ')}`,
  );
  return new MeasureError(
    'input-unresolved',
    `the model ran on none of the assumed shapes (${tried.join('; ')}): ${message}`,
    {
      hint: `give the shape of ${names.join(' and ')} in inputShapes`,
      cause,
    },
  );
}

/** Runs a session for the first time, and says how long that took. */
async function timeFirst(session: InferenceSession, feeds: Feeds): Promise<Pick<FirstRun, 'feeds' | 'firstRunMs'>> {
  const startMs = performance.now();
  await runAndDrop(session, feeds);
  return { feeds, firstRunMs: performance.now() - startMs };
}

async function firstRunOnData(session: InferenceSession, wishes: ShapeWishes, arrays: InputArrays): Promise<FirstRun> {
  const feeds = feedsFromData(inputsOf(session), arrays, wishes);
  const shapes = Object.fromEntries(Object.entries(feeds).map(([name, { dims }]) => [name, dims]));
  try {
    return { ...(await timeFirst(session, feeds)), shapes, assumed: [] };
  } catch (cause) {
    throw runError(cause);
  }
}

/**
 * Runs a session for the first time: on the arrays of a file, or on random data. In the latter case dynamic dimensions that
 * nobody gave are assumed, one set of sizes after the other until the model runs.
 * @throws MeasureError `input-data-invalid` when the arrays do not fit, `input-unresolved` when no assumption works,
 *   `model-invalid` when nothing was assumed
 */
export async function firstRun(
  session: InferenceSession,
  wishes: ShapeWishes,
  seed: number,
  arrays?: InputArrays,
): Promise<FirstRun> {
  atWork('first-run');
  if (arrays !== undefined) return firstRunOnData(session, wishes, arrays);
  const inputs = inputsOf(session);
  const attempts = attemptsFor(inputs, wishes);
  let lastCause: unknown;
  for (const { shapes, assumed } of attempts) {
    const feeds = randomFeeds(inputs, shapes, seed);
    try {
      return { ...(await timeFirst(session, feeds)), shapes, assumed };
    } catch (cause) {
      lastCause ??= cause;
    }
  }
  throw unresolved(attempts, lastCause);
}

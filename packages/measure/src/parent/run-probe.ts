import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeasurementProgress } from '@espalier/contracts';
import { type Doing, MeasureError, type ProbeEnd } from '../measure-error.js';
import {
  type AtWork,
  type ProbeAnswer,
  type ProbeMessage,
  type ProbeRequest,
  parseProbeMessage,
  parseProbeRequest,
} from '../probe/messages.js';
import { LastWords } from './last-words.js';
import { launch } from './launch.js';
import { unexpectedEnd } from './unexpected-end.js';

/** A probe that has answered has nothing left to do but to unload onnxruntime; after this long it hangs in that. */
const EXIT_GRACE_MS = 2000;

/** A request without the folder that it gets. */
export type ProbeTask = ProbeRequest extends infer Request
  ? Request extends ProbeRequest
    ? Omit<Request, 'workDir'>
    : never
  : never;

/** What a probe may cost, and who may stop it. */
export interface ProbeLimits {
  /** It is killed after this long. */
  readonly deadlineMs: number;
  /** It is killed when its resident memory passes this. */
  readonly memoryLimitBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: MeasurementProgress) => void) | undefined;
}

/** The message that ends the conversation. */
type LastMessage = Exclude<ProbeMessage, AtWork | { readonly kind: 'progress' }>;

/** Why the parent killed a probe. */
type Killed = 'deadline' | 'cancelled' | 'nonsense';

/** Everything that is known when a probe has ended. */
interface Ended {
  readonly answer: LastMessage | undefined;
  readonly killed: Killed | undefined;
  readonly nonsense: unknown;
  readonly end: ProbeEnd;
}

function cancelled(signal: AbortSignal | undefined): MeasureError {
  return new MeasureError('cancelled', 'the measurement was cancelled', { cause: signal?.reason });
}

/** What a probe is at after a message: its progress has a phase too, of no model in particular. */
function doingNow(message: ProbeMessage, before: Doing): Doing {
  if (message.kind === 'at-work') return { phase: message.phase, modelPath: message.modelPath ?? before.modelPath };
  if (message.kind !== 'progress') return before;
  const { phase } = message.progress;
  return phase === before.phase || (phase === 'loading' && before.phase === 'first-run') ? before : { phase };
}

/** Starts a probe, hands it the request, and waits until the process is gone, whatever happens. */
async function converse(request: ProbeRequest, limits: ProbeLimits): Promise<Ended> {
  const { memoryLimitBytes } = limits;
  const child = await launch(request, { parentPid: process.pid, memoryLimitBytes, workDir: request.workDir });
  const stderr = new LastWords(child.stderr);
  child.stdout?.resume();
  let answer: LastMessage | undefined;
  let doing: Doing = { phase: 'starting' };
  let killed: Killed | undefined;
  let nonsense: unknown;
  const kill = (why: Killed): void => {
    killed ??= why;
    child.kill('SIGKILL');
  };
  const timers = [setTimeout(() => kill('deadline'), limits.deadlineMs)];
  const abort = (): void => kill('cancelled');
  limits.signal?.addEventListener('abort', abort, { once: true });
  child.on('message', (raw) => {
    try {
      const message = parseProbeMessage(raw);
      doing = doingNow(message, doing);
      if (message.kind === 'progress') return limits.onProgress?.(message.progress);
      if (message.kind === 'at-work') return undefined;
      answer = message;
      timers.push(setTimeout(() => child.kill('SIGKILL'), EXIT_GRACE_MS));
    } catch (cause) {
      nonsense = cause;
      kill('nonsense');
    }
  });
  try {
    // A request that cannot be delivered shows as a probe that ends without an answer.
    child.send(request, () => undefined);
    await once(child, 'close');
  } catch (cause) {
    throw new MeasureError('probe-crashed', 'the probe cannot be started', { cause });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    limits.signal?.removeEventListener('abort', abort);
  }
  return {
    answer,
    killed,
    nonsense,
    end: { exitCode: child.exitCode, signal: child.signalCode, lastWords: stderr.text, doing },
  };
}

function answerOf(ended: Ended, limits: ProbeLimits): ProbeAnswer {
  const { answer, killed, nonsense, end } = ended;
  const { deadlineMs, signal } = limits;
  if (killed === 'cancelled') throw cancelled(signal);
  if (nonsense !== undefined) throw nonsense;
  if (answer?.kind === 'failed') throw new MeasureError(answer.code, answer.message, { hint: answer.hint, probe: end });
  if (answer !== undefined) return answer;
  if (killed === 'deadline') {
    throw new MeasureError('probe-timeout', `the probe was not done after ${deadlineMs / 1000} s and was killed`, {
      hint: 'the model may never end, or needs a later deadline on this device',
      probe: end,
    });
  }
  throw unexpectedEnd(end, limits.memoryLimitBytes);
}

async function makeWorkDir(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'espalier-probe-'));
  } catch (cause) {
    throw new MeasureError('probe-crashed', `no folder for the probe can be made in ${tmpdir()}`, {
      hint: 'make room there, or set TMPDIR to another place',
      cause,
    });
  }
}

/**
 * Does one task in a fresh child process with a deadline and a memory limit, and returns its answer. When this settles the
 * process is gone. The child ends itself when this process dies.
 * @throws MeasureError of any code but `sample-invalid`
 */
export async function runProbe(task: ProbeTask, limits: ProbeLimits): Promise<ProbeAnswer> {
  if (limits.signal?.aborted) throw cancelled(limits.signal);
  const workDir = await makeWorkDir();
  try {
    return answerOf(await converse(parseProbeRequest({ ...task, workDir }), limits), limits);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

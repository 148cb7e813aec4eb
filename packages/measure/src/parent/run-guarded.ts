import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeasurementProgress } from '@espalier/contracts';
import { type Doing, MeasureError, type ProbeEnd } from '../measure-error.js';
import type { AtWork } from '../probe/messages.js';
import { LastWords } from './last-words.js';
import { launch, type Program } from './launch.js';
import { unexpectedEnd } from './unexpected-end.js';

/** A probe that has answered has nothing left to do but to unload onnxruntime; after this long it hangs in that. */
const EXIT_GRACE_MS = 2000;

/** What a probe may cost, and who may stop it. */
export interface ProbeLimits {
  /** It is killed after this long. */
  readonly deadlineMs: number;
  /** It is killed when its resident memory passes this. */
  readonly memoryLimitBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: MeasurementProgress) => void) | undefined;
}

/** What a guarded process says any number of times before it answers. */
export type Interim = AtWork | { readonly kind: 'progress'; readonly progress: MeasurementProgress };

/** A process to start, what to ask it, and how to read what it says. */
export interface GuardedTask<Answer> {
  readonly program: Program;
  /** What it is asked, given the empty folder that it may write into. */
  readonly requestIn: (workDir: string) => object;
  /** Reads a message of the process; whatever is not interim ends the conversation. It throws for nonsense. */
  readonly parse: (message: unknown) => Interim | Answer;
}

/** The answer of a guarded process, and how the process ended. */
export interface Answered<Answer> {
  readonly answer: Answer;
  readonly end: ProbeEnd;
}

/** Why the parent killed a probe. */
type Killed = 'deadline' | 'cancelled' | 'nonsense';

/** Everything that is known when a probe has ended. */
interface Ended<Answer> {
  readonly answer: Answer | undefined;
  readonly killed: Killed | undefined;
  readonly nonsense: unknown;
  readonly end: ProbeEnd;
}

/** Messages of a process that are not its answer. */
function isInterim(message: Interim | { readonly kind: string }): message is Interim {
  return message.kind === 'progress' || message.kind === 'at-work';
}

function cancelled(signal: AbortSignal | undefined): MeasureError {
  return new MeasureError('cancelled', 'the measurement was cancelled', { cause: signal?.reason });
}

/** What a probe is at after a message: its progress has a phase too, of no model in particular. */
function doingNow(message: Interim, before: Doing): Doing {
  if (message.kind === 'at-work') return { phase: message.phase, modelPath: message.modelPath ?? before.modelPath };
  const { phase } = message.progress;
  return phase === before.phase || (phase === 'loading' && before.phase === 'first-run') ? before : { phase };
}

/** Hands a started process its request, and waits until it is gone, whatever happens. */
async function converse<Answer extends { readonly kind: string }>(
  child: ChildProcess,
  request: object,
  parse: GuardedTask<Answer>['parse'],
  limits: ProbeLimits,
): Promise<Ended<Answer>> {
  const stderr = new LastWords(child.stderr);
  child.stdout?.resume();
  let answer: Answer | undefined;
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
  if (limits.signal?.aborted) abort(); // while the process was being started, when nobody listened
  child.on('message', (raw) => {
    try {
      const message = parse(raw);
      if (isInterim(message)) {
        doing = doingNow(message, doing);
        if (message.kind === 'progress') limits.onProgress?.(message.progress);
        return;
      }
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

function answered<Answer>(ended: Ended<Answer>, limits: ProbeLimits): Answered<Answer> {
  const { answer, killed, nonsense, end } = ended;
  const { deadlineMs, signal } = limits;
  if (killed === 'cancelled') throw cancelled(signal);
  if (nonsense !== undefined) throw nonsense;
  if (answer !== undefined) return { answer, end };
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
 * process is gone, and so is its folder. The child ends itself when this process dies.
 * @throws MeasureError `probe-timeout`, `probe-out-of-memory`, `probe-crashed`, `cancelled`, `affinity-unsupported`,
 *   `affinity-invalid`; and what the task's own functions throw
 */
export async function runGuarded<Answer extends { readonly kind: string }>(
  { program, requestIn, parse }: GuardedTask<Answer>,
  limits: ProbeLimits,
): Promise<Answered<Answer>> {
  const { memoryLimitBytes, signal } = limits;
  if (signal?.aborted) throw cancelled(signal);
  const workDir = await makeWorkDir();
  try {
    const request = requestIn(workDir);
    const child = await launch(program, { parentPid: process.pid, memoryLimitBytes, workDir });
    return answered(await converse(child, request, parse, limits), limits);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

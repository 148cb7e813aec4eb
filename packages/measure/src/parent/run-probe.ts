import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MeasurementProgress } from '@espalier/contracts';
import { MeasureError, type ProbeEnd } from '../measure-error.js';
import { MEMORY_LIMIT_MARK } from '../probe/marks.js';
import {
  type GuardOrders,
  type ProbeAnswer,
  type ProbeMessage,
  type ProbeRequest,
  parseProbeMessage,
} from '../probe/messages.js';
import { LastWords } from './last-words.js';

const MAIN = fileURLToPath(new URL('../probe/main.js', import.meta.url));

/** A probe that has answered has nothing left to do but to unload onnxruntime; after this long it hangs in that. */
const EXIT_GRACE_MS = 2000;

/** JavaScript's own heap holds samples and messages; tensors lie outside of it. */
const MAX_HEAP_MIB = 1024;
const MIB = 1024 * 1024;

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

/** Why the parent killed a probe. */
type Killed = 'deadline' | 'cancelled' | 'nonsense';

/** Everything that is known when a probe has ended. */
interface Ended {
  readonly answer: ProbeMessage | undefined;
  readonly killed: Killed | undefined;
  readonly nonsense: unknown;
  readonly end: ProbeEnd;
}

function start(orders: GuardOrders): ChildProcess {
  const heapMiB = Math.max(1, Math.min(MAX_HEAP_MIB, Math.floor(orders.memoryLimitBytes / MIB)));
  return fork(MAIN, [JSON.stringify(orders)], {
    execArgv: [`--max-old-space-size=${heapMiB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

function cancelled(signal: AbortSignal | undefined): MeasureError {
  return new MeasureError('cancelled', 'the measurement was cancelled', { cause: signal?.reason });
}

/** Starts a probe, hands it the request, and waits until the process is gone, whatever happens. */
async function converse(request: ProbeRequest, limits: ProbeLimits): Promise<Ended> {
  const { memoryLimitBytes } = limits;
  const child = start({ parentPid: process.pid, memoryLimitBytes, workDir: request.workDir });
  const stderr = new LastWords(child.stderr);
  child.stdout?.resume();
  let answer: ProbeMessage | undefined;
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
      if (message.kind === 'progress') return limits.onProgress?.(message.progress);
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
    end: { exitCode: child.exitCode, signal: child.signalCode, lastWords: stderr.text },
  };
}

function crash({ end }: Ended): MeasureError {
  const how = end.signal === null ? `with exit code ${end.exitCode}` : `by ${end.signal}`;
  const outOfMemory = end.lastWords.includes(MEMORY_LIMIT_MARK) || end.lastWords.includes('heap out of memory');
  if (outOfMemory) {
    return new MeasureError('probe-out-of-memory', 'the model needs more memory than the probe may use', {
      hint: 'raise the memory limit, or measure with a smaller batch or input',
      probe: end,
    });
  }
  const hint = end.signal === 'SIGKILL' ? 'a SIGKILL from outside is most often the kernel, out of memory' : undefined;
  return new MeasureError('probe-crashed', `the probe ended ${how} without an answer`, { hint, probe: end });
}

function answerOf(ended: Ended, { deadlineMs, signal }: ProbeLimits): ProbeAnswer {
  const { answer, killed, nonsense, end } = ended;
  if (killed === 'cancelled') throw cancelled(signal);
  if (nonsense !== undefined) throw nonsense;
  if (answer?.kind === 'failed') throw new MeasureError(answer.code, answer.message, { hint: answer.hint, probe: end });
  if (answer !== undefined && answer.kind !== 'progress') return answer;
  if (killed === 'deadline') {
    throw new MeasureError('probe-timeout', `the probe was not done after ${deadlineMs / 1000} s and was killed`, {
      hint: 'the model may never end, or needs a later deadline on this device',
      probe: end,
    });
  }
  throw crash(ended);
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
    return answerOf(await converse({ ...task, workDir }, limits), limits);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

import { fileURLToPath } from 'node:url';
import { MeasureError } from '../measure-error.js';
import {
  type ProbeAnswer,
  type ProbeMessage,
  type ProbeRequest,
  parseProbeMessage,
  parseProbeRequest,
} from '../probe/messages.js';
import type { Program } from './launch.js';
import { type Interim, type ProbeLimits, runGuarded } from './run-guarded.js';

export type { ProbeLimits } from './run-guarded.js';

const MAIN = fileURLToPath(new URL('../probe/main.js', import.meta.url));

/** A request without the folder that it gets. */
export type ProbeTask = ProbeRequest extends infer Request
  ? Request extends ProbeRequest
    ? Omit<Request, 'workDir'>
    : never
  : never;

function programOf(task: ProbeTask): Program {
  switch (task.kind) {
    case 'measure':
    case 'profile':
      return { main: MAIN, provider: task.spec.provider, affinity: task.spec.affinity };
    case 'trace':
      return { main: MAIN, provider: 'cpu', affinity: null };
    default:
      return { main: MAIN, provider: task.provider, affinity: null };
  }
}

/**
 * Does one task in a fresh child process with a deadline and a memory limit, and returns its answer. When this settles the
 * process is gone. The child ends itself when this process dies.
 * @throws MeasureError of any code but `sample-invalid`
 */
export async function runProbe(task: ProbeTask, limits: ProbeLimits): Promise<ProbeAnswer> {
  const { answer, end } = await runGuarded<Exclude<ProbeMessage, Interim>>(
    {
      program: programOf(task),
      requestIn: (workDir) => parseProbeRequest({ ...task, workDir }),
      parse: parseProbeMessage,
    },
    limits,
  );
  if (answer.kind === 'failed') throw new MeasureError(answer.code, answer.message, { hint: answer.hint, probe: end });
  return answer;
}

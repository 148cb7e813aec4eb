import { readFile } from 'node:fs/promises';
import { MeasureError } from '../measure-error.js';
import { cpusOf } from './cpu-list.js';
import { findProgram } from './programs.js';

/** What decides whether a probe can be kept on certain CPUs. */
export interface AffinityGround {
  readonly platform: NodeJS.Platform;
  /** CPUs that this process may use, as Linux lists them; absent where that is unknown. */
  readonly allowed: string | undefined;
  /** Where `taskset` lies; absent: nowhere. */
  readonly taskset: string | undefined;
}

async function allowedCpus(): Promise<string | undefined> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  return /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1];
}

/** What this machine offers. */
export async function affinityGround(): Promise<AffinityGround> {
  const { platform } = process;
  const linux = platform === 'linux';
  return {
    platform,
    allowed: linux ? await allowedCpus() : undefined,
    taskset: linux ? await findProgram('taskset') : undefined,
  };
}

function unsupported(affinity: string, why: string, hint: string): MeasureError {
  return new MeasureError('affinity-unsupported', `the probe cannot be kept on the CPUs ${affinity}: ${why}`, { hint });
}

/**
 * The program and arguments that keep what is started behind them on some CPUs.
 * @throws MeasureError `affinity-unsupported` where this platform cannot do so, `affinity-invalid` for CPUs that do not
 *   exist or that this process may not use
 */
export function affinityCommand(affinity: string, { platform, allowed, taskset }: AffinityGround): readonly string[] {
  if (platform !== 'linux') {
    throw unsupported(affinity, `${platform} has no way to do so`, 'measure without affinity, or on a Linux device');
  }
  if (taskset === undefined) {
    throw unsupported(affinity, 'there is no taskset', 'install util-linux, or measure without affinity');
  }
  const wanted = cpusOf(affinity);
  if (wanted === undefined) {
    throw new MeasureError('affinity-invalid', `affinity ${affinity} has a range that runs backwards`, {
      hint: 'write the lower CPU of a range first',
    });
  }
  const usable = allowed === undefined ? undefined : cpusOf(allowed);
  const missing = [...wanted].filter((cpu) => usable?.has(cpu) === false);
  if (missing.length > 0) {
    throw new MeasureError(
      'affinity-invalid',
      `affinity ${affinity} wants CPU ${missing[0]}, which does not exist or may not be used here`,
      { hint: `this process may use the CPUs ${allowed}` },
    );
  }
  return [taskset, '--cpu-list', affinity];
}

import { availableParallelism, cpus } from 'node:os';
import type { MeasurementSpec } from '@espalier/contracts';
import type { InferenceSession } from 'onnxruntime-node';
import { providerConfig } from './provider-options.js';

/** How a session is set up: nothing of it is left to a default of onnxruntime that may change. */
export type SessionSettings = Pick<
  MeasurementSpec,
  | 'provider'
  | 'providerOptions'
  | 'threads'
  | 'interOpThreads'
  | 'executionMode'
  | 'graphOptimization'
  | 'memoryArena'
  | 'memoryPattern'
  | 'spinning'
>;

/** The settings of sessions that are not for timing: on the CPU, without options. */
export const plainSettings: SessionSettings = {
  provider: 'cpu',
  providerOptions: {},
  threads: 1,
  interOpThreads: 1,
  executionMode: 'sequential',
  graphOptimization: 'all',
  memoryArena: true,
  memoryPattern: true,
  spinning: true,
};

/** Profiling of a session. */
export interface Profiling {
  readonly filePrefix: string;
  /** Where onnxruntime writes what it made of the model. */
  readonly optimisedPath?: string | undefined;
}

/** Only errors: warnings about a graph's style would fill the last words of a probe. */
const LOG_ERRORS = 3;

/** The CPUs that this process may use, and those that the machine has. */
interface CpuCounts {
  readonly usable: number;
  readonly present: number;
}

const here = (): CpuCounts => ({ usable: availableParallelism(), present: cpus().length });

/**
 * Threads of a session. When onnxruntime decides, it makes one for every core of the machine and pins each to its own, out of
 * the CPUs that the process was given: then it is told to make one per CPU that may be used, and pins none.
 */
export function intraOpThreads(threads: number, { usable, present }: CpuCounts = here()): number {
  return threads === 0 && usable < present ? usable : threads;
}

/**
 * The options of a session for onnxruntime.
 * @throws MeasureError `provider-options-invalid` for an option that onnxruntime-node would ignore
 */
export function sessionOptions(settings: SessionSettings, profiling?: Profiling): InferenceSession.SessionOptions {
  const spinning = settings.spinning ? '1' : '0';
  return {
    executionProviders: [providerConfig(settings)],
    intraOpNumThreads: intraOpThreads(settings.threads),
    interOpNumThreads: settings.interOpThreads,
    executionMode: settings.executionMode,
    graphOptimizationLevel: settings.graphOptimization,
    enableCpuMemArena: settings.memoryArena,
    enableMemPattern: settings.memoryPattern,
    extra: { session: { intra_op: { allow_spinning: spinning }, inter_op: { allow_spinning: spinning } } },
    logSeverityLevel: LOG_ERRORS,
    ...(profiling === undefined ? {} : { enableProfiling: true, profileFilePrefix: profiling.filePrefix }),
    ...(profiling?.optimisedPath === undefined ? {} : { optimizedModelFilePath: profiling.optimisedPath }),
  };
}

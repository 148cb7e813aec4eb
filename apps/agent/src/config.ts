import { join } from 'node:path';
import { environmentReader, LogLevel } from '@espalier/contracts';
import { Type } from 'typebox';
import type { CanaryIntervals } from './canary-schedule.js';
import { AUTO } from './targets.js';

/** Everything that an agent can be told. */
export interface AgentConfig {
  readonly apiUrl: string;
  readonly redisUrl: string;
  /** null: the CPU of this machine; `auto`: every built-in target that works here. */
  readonly targets: readonly string[] | typeof AUTO | null;
  readonly name: string;
  /** Folder of the agent's identity, artifact cache and undelivered outcomes. One agent a folder. */
  readonly dir: string;
  readonly cacheBytes: number;
  readonly canary: CanaryIntervals;
  /** What a probe may cost; absent: 90 % of the memory, and a time by the job's spec. */
  readonly limits: { readonly memoryLimitBytes?: number; readonly deadlineMs?: number };
  readonly logLevel: LogLevel;
  /** Stop when the process that started this one is gone. */
  readonly exitWithParent: boolean;
}

/** The machine, as far as defaults depend on it. */
export interface MachineDefaults {
  readonly hostname: string;
  readonly homeDir: string;
}

const BYTES_PER_MB = 1_000_000;
const MS_PER_SECOND = 1_000;
const TARGET = '[a-z0-9][a-z0-9-]{0,62}';

const readEnvironment = environmentReader(
  Type.Object({
    ESPALIER_API_URL: Type.String({ pattern: '^https?://[^\\s/]+', default: 'http://127.0.0.1:8080' }),
    REDIS_URL: Type.String({ pattern: '^rediss?://[^\\s/]+', default: 'redis://127.0.0.1:6379' }),
    ESPALIER_TARGETS: Type.Optional(Type.String({ pattern: `^${TARGET}(\\s*,\\s*${TARGET}){0,49}$` })),
    ESPALIER_AGENT_NAME: Type.Optional(Type.String({ maxLength: 200 })),
    ESPALIER_AGENT_DIR: Type.Optional(Type.String()),
    ESPALIER_AGENT_CACHE_MB: Type.String({ pattern: '^[1-9]\\d{0,8}$', default: '4096' }),
    ESPALIER_AGENT_CANARY_SECONDS: Type.String({ pattern: '^\\d{1,6}$', default: '60' }),
    ESPALIER_AGENT_CANARY_IDLE_SECONDS: Type.String({ pattern: '^\\d{1,6}$', default: '900' }),
    ESPALIER_AGENT_MEMORY_MB: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,8}$' })),
    ESPALIER_AGENT_DEADLINE_SECONDS: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,5}$' })),
    ESPALIER_LOG_LEVEL: Type.Unsafe<LogLevel>({ ...LogLevel, default: 'info' }),
    ESPALIER_EXIT_WITH_PARENT: Type.String({ pattern: '^[01]$', default: '0' }),
  }),
  {
    ESPALIER_API_URL: 'http://127.0.0.1:8080',
    REDIS_URL: 'redis://127.0.0.1:6379',
    ESPALIER_TARGETS: 'x86-cpu,cuda',
    ESPALIER_AGENT_NAME: 'lab-device-1',
    ESPALIER_AGENT_DIR: '/var/lib/espalier-agent',
    ESPALIER_AGENT_CACHE_MB: '4096',
    ESPALIER_AGENT_CANARY_SECONDS: '60',
    ESPALIER_AGENT_CANARY_IDLE_SECONDS: '900',
    ESPALIER_AGENT_MEMORY_MB: '8000',
    ESPALIER_AGENT_DEADLINE_SECONDS: '600',
    ESPALIER_LOG_LEVEL: 'info',
    ESPALIER_EXIT_WITH_PARENT: '1',
  },
);

const uniqueNames = (list: string): readonly string[] => [...new Set(list.split(',').map((name) => name.trim()))];

function targetsIn(list: string | undefined): AgentConfig['targets'] {
  if (list === undefined) return null;
  return list === AUTO ? AUTO : uniqueNames(list);
}

function limitsIn(variables: ReturnType<typeof readEnvironment>): AgentConfig['limits'] {
  const { ESPALIER_AGENT_MEMORY_MB: megabytes, ESPALIER_AGENT_DEADLINE_SECONDS: seconds } = variables;
  return {
    ...(megabytes === undefined ? {} : { memoryLimitBytes: Number(megabytes) * BYTES_PER_MB }),
    ...(seconds === undefined ? {} : { deadlineMs: Number(seconds) * MS_PER_SECOND }),
  };
}

/**
 * The configuration in an environment.
 * @throws EnvironmentError naming every bad variable, each with an example
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  { hostname, homeDir }: MachineDefaults,
): AgentConfig {
  const variables = readEnvironment(env);
  return {
    apiUrl: variables.ESPALIER_API_URL,
    redisUrl: variables.REDIS_URL,
    targets: targetsIn(variables.ESPALIER_TARGETS),
    name: variables.ESPALIER_AGENT_NAME ?? hostname,
    dir: variables.ESPALIER_AGENT_DIR ?? join(homeDir, '.espalier', 'agent'),
    cacheBytes: Number(variables.ESPALIER_AGENT_CACHE_MB) * BYTES_PER_MB,
    canary: {
      betweenJobsMs: Number(variables.ESPALIER_AGENT_CANARY_SECONDS) * MS_PER_SECOND,
      idleMs: Number(variables.ESPALIER_AGENT_CANARY_IDLE_SECONDS) * MS_PER_SECOND,
    },
    limits: limitsIn(variables),
    logLevel: variables.ESPALIER_LOG_LEVEL,
    exitWithParent: variables.ESPALIER_EXIT_WITH_PARENT === '1',
  };
}

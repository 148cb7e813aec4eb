import { environmentReader, LogLevel } from '@espalier/contracts';
import { Type } from 'typebox';

/** Everything that a planner can be told. */
export interface PlannerConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly artifactsDir: string;
  readonly queuePrefix: string;
  readonly logLevel: LogLevel;
  /** Stop when the process that started this one is gone. */
  readonly exitWithParent: boolean;
}

const read = environmentReader(
  Type.Object({
    DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://' }),
    REDIS_URL: Type.String({ pattern: '^rediss?://' }),
    ESPALIER_ARTIFACTS_DIR: Type.String({ minLength: 1 }),
    ESPALIER_QUEUE_PREFIX: Type.String({ minLength: 1, default: '{espalier}' }),
    ESPALIER_LOG_LEVEL: Type.Unsafe<LogLevel>({ ...LogLevel, default: 'info' }),
    ESPALIER_EXIT_WITH_PARENT: Type.String({ pattern: '^[01]$', default: '0' }),
  }),
  {
    DATABASE_URL: 'postgres://user:password@127.0.0.1:5432/espalier',
    REDIS_URL: 'redis://127.0.0.1:6379',
    ESPALIER_ARTIFACTS_DIR: '/var/lib/espalier/artifacts',
    ESPALIER_QUEUE_PREFIX: '{espalier}',
    ESPALIER_LOG_LEVEL: 'info',
    ESPALIER_EXIT_WITH_PARENT: '1',
  },
);

/**
 * The configuration in an environment.
 * @throws EnvironmentError naming every bad variable, each with an example
 */
export function readConfig(env: NodeJS.ProcessEnv): PlannerConfig {
  const variables = read(env);
  return {
    databaseUrl: variables.DATABASE_URL,
    redisUrl: variables.REDIS_URL,
    artifactsDir: variables.ESPALIER_ARTIFACTS_DIR,
    queuePrefix: variables.ESPALIER_QUEUE_PREFIX,
    logLevel: variables.ESPALIER_LOG_LEVEL,
    exitWithParent: variables.ESPALIER_EXIT_WITH_PARENT === '1',
  };
}

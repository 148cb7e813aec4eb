import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { environmentReader, LogLevel } from '@espalier/contracts';
import { type CanaryLimits, DEFAULT_CANARY_LIMITS } from '@espalier/store';
import { Type } from 'typebox';

/** Everything that the API can be told. */
export interface ApiConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly artifactsDir: string;
  readonly queuePrefix: string;
  /** An agent that is silent for longer loses its measurement. */
  readonly leaseSeconds: number;
  readonly maxUploadBytes: number;
  /** Input data is looked at in memory, so it has a limit of its own. */
  readonly maxInputBytes: number;
  readonly canaryLimits: CanaryLimits;
  /** Folder of the dashboard; null: none is served. */
  readonly webDir: string | null;
  readonly logLevel: LogLevel;
  /** Stop when the process that started this one is gone. */
  readonly exitWithParent: boolean;
}

const builtDashboard = fileURLToPath(new URL('../../web/dist', import.meta.url));

const SHARE = '^(0?\\.\\d{1,6}|[1-9]\\d{0,3}(\\.\\d{1,6})?)$';

const readEnvironment = environmentReader(
  Type.Object({
    DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://' }),
    REDIS_URL: Type.String({ pattern: '^rediss?://' }),
    ESPALIER_HOST: Type.String({ pattern: '^[0-9A-Za-z.:-]+$', default: '127.0.0.1' }),
    ESPALIER_PORT: Type.String({
      pattern: '^(0|[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])$',
      default: '8080',
    }),
    ESPALIER_ARTIFACTS_DIR: Type.String({ minLength: 1 }),
    ESPALIER_QUEUE_PREFIX: Type.String({ minLength: 1, default: '{espalier}' }),
    ESPALIER_LEASE_SECONDS: Type.String({ pattern: '^(0\\.[1-9]\\d?|[1-9]\\d{0,3})$', default: '30' }),
    ESPALIER_MAX_UPLOAD_BYTES: Type.String({ pattern: '^[1-9]\\d{0,14}$', default: String(4 * 2 ** 30) }),
    ESPALIER_MAX_INPUT_BYTES: Type.String({ pattern: '^[1-9]\\d{0,14}$', default: String(256 * 2 ** 20) }),
    ESPALIER_CANARY_SUSPECT: Type.String({ pattern: SHARE, default: String(DEFAULT_CANARY_LIMITS.suspect) }),
    ESPALIER_CANARY_FAILED: Type.String({ pattern: SHARE, default: String(DEFAULT_CANARY_LIMITS.failed) }),
    ESPALIER_WEB_DIR: Type.Optional(Type.String()),
    ESPALIER_LOG_LEVEL: Type.Unsafe<LogLevel>({ ...LogLevel, default: 'info' }),
    ESPALIER_EXIT_WITH_PARENT: Type.String({ pattern: '^[01]$', default: '0' }),
  }),
  {
    DATABASE_URL: 'postgres://user:password@127.0.0.1:5432/espalier',
    REDIS_URL: 'redis://127.0.0.1:6379',
    ESPALIER_HOST: '127.0.0.1',
    ESPALIER_PORT: '8080, or 0 for a free one',
    ESPALIER_ARTIFACTS_DIR: '/var/lib/espalier/artifacts',
    ESPALIER_QUEUE_PREFIX: '{espalier}',
    ESPALIER_LEASE_SECONDS: '30',
    ESPALIER_MAX_UPLOAD_BYTES: '4294967296',
    ESPALIER_MAX_INPUT_BYTES: '268435456',
    ESPALIER_CANARY_SUSPECT: '0.15 for 15 % off its baseline',
    ESPALIER_CANARY_FAILED: '1 for 100 % slower than its baseline',
    ESPALIER_WEB_DIR: '/usr/share/espalier/web',
    ESPALIER_LOG_LEVEL: 'info',
    ESPALIER_EXIT_WITH_PARENT: '1',
  },
);

/**
 * The configuration in an environment. The dashboard is served from where the build puts it, when it is there.
 * @throws EnvironmentError naming every bad variable, each with an example
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ApiConfig {
  const variables = readEnvironment(env);
  return {
    databaseUrl: variables.DATABASE_URL,
    redisUrl: variables.REDIS_URL,
    host: variables.ESPALIER_HOST,
    port: Number(variables.ESPALIER_PORT),
    artifactsDir: variables.ESPALIER_ARTIFACTS_DIR,
    queuePrefix: variables.ESPALIER_QUEUE_PREFIX,
    leaseSeconds: Number(variables.ESPALIER_LEASE_SECONDS),
    maxUploadBytes: Number(variables.ESPALIER_MAX_UPLOAD_BYTES),
    maxInputBytes: Number(variables.ESPALIER_MAX_INPUT_BYTES),
    canaryLimits: {
      suspect: Number(variables.ESPALIER_CANARY_SUSPECT),
      failed: Number(variables.ESPALIER_CANARY_FAILED),
    },
    webDir: variables.ESPALIER_WEB_DIR ?? (existsSync(builtDashboard) ? builtDashboard : null),
    logLevel: variables.ESPALIER_LOG_LEVEL,
    exitWithParent: variables.ESPALIER_EXIT_WITH_PARENT === '1',
  };
}

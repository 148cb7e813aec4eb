import { EnvironmentError } from '@espalier/contracts';
import { QueueError } from '@espalier/queue';
import { StoreError } from '@espalier/store';
import { pino } from 'pino';
import { readConfig } from './config.js';
import { ApiError } from './errors.js';
import { startApi } from './start.js';

/** Requests in hand get so long to finish. */
const STOP_MS = 8_000;

function fail(error: unknown): never {
  const known = [ApiError, EnvironmentError, QueueError, StoreError].find((kind) => error instanceof kind);
  const told = error instanceof Error ? error : new Error(String(error));
  const hint: unknown = Reflect.get(told, 'hint');
  const lines = known === undefined ? [told.stack] : [told.message, hint];
  process.stderr.write(`${lines.filter((line) => typeof line === 'string').join('\n')}\n`);
  process.exit(1);
}

/** Resolves when this process is to stop; a second sign stops it at once. */
async function askedToStop(exitWithParent: boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    let asked = false;
    const onSign = () => {
      if (asked) process.exit(1);
      asked = true;
      setTimeout(() => process.exit(1), STOP_MS).unref();
      resolve();
    };
    process.on('SIGTERM', onSign);
    process.on('SIGINT', onSign);
    if (exitWithParent) process.once('disconnect', () => (asked ? undefined : onSign()));
  });
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const stop = askedToStop(config.exitWithParent);
  const log = pino({ level: config.logLevel });
  const api = await startApi(config, log);
  process.send?.({ ready: true, url: api.url });
  await stop;
  log.info('Stopping');
  await api.close();
}

main().then(() => process.exit(0), fail);

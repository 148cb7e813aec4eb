import { pino } from 'pino';
import { readConfig } from './config.js';
import { startPlanner } from './planner.js';

/** A step in hand may take this long to finish; a second signal does not wait for it. */
const STOP_MS = 8_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const planner = await startPlanner(config, pino({ level: config.logLevel }));
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), STOP_MS).unref();
    void planner.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (config.exitWithParent) process.once('disconnect', stop);
  process.send?.({ ready: true });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

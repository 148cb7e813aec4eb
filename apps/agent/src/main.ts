import { homedir, hostname } from 'node:os';
import { ClientError } from '@espalier/client';
import { EnvironmentError } from '@espalier/contracts';
import { pino } from 'pino';
import { startAgent } from './agent.js';
import { readConfig } from './config.js';
import { AgentError } from './error.js';

/** A graceful stop gives the measurement back and says goodbye, each with a time limit of its own; this one covers a bug. */
const STOP_MS = 8_000;

/** The reason for which a start is given up: nothing is wrong. */
const ASKED_TO_STOP = Symbol('asked to stop');

function fail(error: unknown): never {
  const known = error instanceof AgentError || error instanceof EnvironmentError || error instanceof ClientError;
  const lines = known ? [error.message, error.hint ?? ''] : [error instanceof Error ? error.stack : String(error)];
  process.stderr.write(`${lines.join('\n').trim()}\n`);
  process.exit(1);
}

/** The signal that aborts when this process is to stop: gracefully on the first sign, at once on the second. */
function stopSignal(exitWithParent: boolean): AbortSignal {
  const stop = new AbortController();
  const onSign = (): void => {
    if (stop.signal.aborted) process.exit(1);
    setTimeout(() => process.exit(1), STOP_MS).unref();
    stop.abort(ASKED_TO_STOP);
  };
  process.on('SIGTERM', onSign);
  process.on('SIGINT', onSign);
  if (exitWithParent) {
    process.once('disconnect', () => {
      if (!stop.signal.aborted) onSign(); // the parent may be gone before we have finished what it asked for
    });
  }
  return stop.signal;
}

async function main(): Promise<void> {
  const config = readConfig(process.env, { hostname: hostname(), homeDir: homedir() });
  const signal = stopSignal(config.exitWithParent);
  const agent = await startAgent(config, { log: pino({ level: config.logLevel }), signal });
  process.send?.({ ready: true, agentId: agent.agentId });
  if (!signal.aborted) {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
  await agent.close();
}

main().then(
  () => process.exit(0),
  (error: unknown) => (error === ASKED_TO_STOP ? process.exit(0) : fail(error)),
);

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { provideBrowser } from './browser.mjs';
import { build, generateDatabaseClient } from './build.mjs';
import { installDependencies } from './dependencies.mjs';
import { exclusively } from './lock.mjs';
import { ROOT } from './paths.mjs';
import { provideRedis } from './redis.mjs';
import { endingCommandsOnSignals } from './run.mjs';
import { printError } from './setup-error.mjs';

/**
 * Brings a checkout to the point where everything runs: packages, database client, build, Postgres, Redis. Does only what
 * is missing. Ends the process with a message and code 1 when a step cannot be done.
 * @param {{ withBrowser?: boolean }} [options]
 */
export async function setUp({ withBrowser = false } = {}) {
  try {
    await endingCommandsOnSignals(() =>
      exclusively(async () => {
        await installDependencies();
        await generateDatabaseClient();
        await build();
        const stack = await import(pathToFileURL(join(ROOT, 'packages/stack/dist/index.js')).href);
        if (!process.env.DATABASE_URL) await stack.preparePostgres();
        if (!process.env.REDIS_URL) await provideRedis(stack);
        if (withBrowser) await provideBrowser();
      }),
    );
  } catch (error) {
    printError(error);
    process.exit(1);
  }
}

import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { CliError } from '../errors.js';
import { wholeNumber } from '../options.js';
import { startService } from '../service/service.js';

interface UpOptions {
  readonly port: number;
  readonly data: string;
  readonly agent: boolean;
}

/** `espalier up`: the whole service on this machine until Ctrl-C. */
export function upCommand(program: Command, context: CommandContext): void {
  program
    .command('up')
    .summary('run the whole service on this machine until Ctrl-C')
    .option('--port <n>', 'port of the API and the dashboard; 0: a free one', wholeNumber(0), 8080)
    .option('--data <dir>', 'folder of the databases, artifacts and logs', '.espalier/data')
    .option('--no-agent', 'without an agent on this machine')
    .action((options: UpOptions) => up(options, context));
}

async function up(options: UpOptions, { terminal, signal }: CommandContext): Promise<void> {
  const service = await startService({
    dataDir: resolve(options.data),
    persistent: true,
    port: options.port,
    targets: undefined,
    withAgent: options.agent,
    signal,
    onStep: (step) => terminal.err(`starting ${step}`),
  });
  try {
    terminal.out(
      `dashboard  ${service.apiUrl}\nAPI        ${service.apiUrl}/docs\nCtrl-C stops it; the data stays in ${options.data}`,
    );
    const reason = await Promise.race([service.broken, once(signal, 'abort').then(() => undefined)]);
    if (reason !== undefined)
      throw new CliError('process-failed', reason, { hint: `logs are in ${options.data}/logs` });
    terminal.err('stopping');
  } finally {
    await service.close();
  }
}

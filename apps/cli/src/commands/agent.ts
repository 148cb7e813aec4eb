import { once } from 'node:events';
import { homedir, hostname } from 'node:os';
import { readConfig, startAgent } from '@espalier/app-agent';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';

interface AgentOptions {
  readonly server?: string;
  readonly redis?: string;
  readonly target?: readonly string[];
  readonly name?: string;
  readonly dir?: string;
}

/** `espalier agent`: the daemon that measures on this device. */
export function agentCommand(program: Command, context: CommandContext): void {
  program
    .command('agent')
    .summary('measure for a service on this device until Ctrl-C')
    .option('--server <url>', 'API of the service (ESPALIER_API_URL)')
    .option('--redis <url>', 'Redis of the service (REDIS_URL)')
    .option('--target <name...>', 'targets to serve (default: what this machine can)')
    .option('--name <name>', 'name of the device (default: its host name)')
    .option('--dir <dir>', 'folder of its id, artifacts and undelivered results')
    .action((options: AgentOptions) => serve(options, context));
}

async function serve(options: AgentOptions, { signal }: CommandContext): Promise<void> {
  const machine = { hostname: hostname(), homeDir: homedir() };
  const agent = await startAgent(readConfig({ ...process.env, ...environmentOf(options) }, machine), { signal });
  if (!signal.aborted) await once(signal, 'abort');
  await agent.close();
}

/** Options are the environment under another name, so that both are parsed in one place. */
function environmentOf({ server, redis, target, name, dir }: AgentOptions): Readonly<Record<string, string>> {
  return {
    ...(server === undefined ? {} : { ESPALIER_API_URL: server }),
    ...(redis === undefined ? {} : { REDIS_URL: redis }),
    ...(target === undefined ? {} : { ESPALIER_TARGETS: target.join(',') }),
    ...(name === undefined ? {} : { ESPALIER_AGENT_NAME: name }),
    ...(dir === undefined ? {} : { ESPALIER_AGENT_DIR: dir }),
  };
}

import { once } from 'node:events';
import { homedir, hostname } from 'node:os';
import { builtInTargets } from '@espalier/contracts';
import { type DetectedTarget, detectTargets } from '@espalier/measure';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { CliError } from '../errors.js';
import { renderTable } from '../output/table.js';
import { styled } from '../output/terminal.js';

interface AgentOptions {
  readonly server?: string;
  readonly redis?: string;
  readonly target?: readonly string[];
  readonly name?: string;
  readonly dir?: string;
  readonly detect?: true;
  readonly json?: true;
}

/** `espalier agent`: the daemon that measures on this device. */
export function agentCommand(program: Command, context: CommandContext): void {
  program
    .command('agent')
    .summary('measure for a service on this device until Ctrl-C')
    .option('--server <url>', 'API of the service (ESPALIER_API_URL)')
    .option('--redis <url>', 'Redis of the service (REDIS_URL)')
    .option(
      '--target <name...>',
      'targets to serve (default: the CPU of this machine; auto: everything that works here)',
    )
    .option('--name <name>', 'name of the device (default: its host name)')
    .option('--dir <dir>', 'folder of its id, artifacts and undelivered results')
    .option('--detect', 'only tell which targets this machine can serve, and why not the others')
    .option('--json', 'with --detect: print JSON')
    .action((options: AgentOptions) => (options.detect ? detect(options, context) : serve(options, context)));
}

async function detect({ target: wanted, json }: AgentOptions, { terminal, signal }: CommandContext): Promise<void> {
  const known = builtInTargets.map(({ name }) => name);
  const unknown = wanted?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new CliError('option-invalid', `there is no target ${unknown}`, { hint: `targets: ${known.join(', ')}` });
  }
  const targets = builtInTargets.filter(({ name }) => wanted === undefined || wanted.includes(name));
  const found = await detectTargets({ targets, signal });
  terminal.out(json ? JSON.stringify(found, undefined, 2) : detectionText(found));
}

function detectionText(found: readonly DetectedTarget[]): string {
  return renderTable(
    [{ heading: 'target' }, { heading: 'provider' }, { heading: 'can serve' }, { heading: 'why not' }],
    found.map(({ name, provider, available, reason }) => [
      name,
      provider,
      available ? styled('green', 'yes') : 'no',
      reason ?? '',
    ]),
  );
}

async function serve(options: AgentOptions, { signal }: CommandContext): Promise<void> {
  // Loaded here, so that other commands start without the libraries of the service.
  const { readConfig, startAgent } = await import('@espalier/app-agent');
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

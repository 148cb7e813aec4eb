import type { Agent } from '@espalier/contracts';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { formatMs } from '../output/format.js';
import { renderTable } from '../output/table.js';
import { serverOption } from '../service/server-option.js';

interface AgentsOptions {
  readonly server: string;
  readonly json?: true;
}

/** `espalier agents`: the devices of a service and how they do; `espalier agents clear ID` says that one is all right. */
export function agentsCommand(program: Command, context: CommandContext): void {
  const agents = program
    .command('agents')
    .summary('list the devices of a service with their health and speed, or clear one')
    .addOption(serverOption())
    .option('--json', 'print JSON')
    .action((options: AgentsOptions) => list(options, context));
  agents
    .command('clear')
    .summary('say that a device is all right: its canary gets a new baseline with the next readings')
    .argument('<id>', 'id of the agent, as `espalier agents` lists it')
    .action((id: string, _own: object, command: Command) =>
      clear(id, command.optsWithGlobals<AgentsOptions>(), context),
    );
}

async function list({ server, json }: AgentsOptions, { terminal, signal }: CommandContext): Promise<void> {
  const { createClient } = await import('@espalier/client');
  const agents: Agent[] = [];
  for await (const agent of createClient({ baseUrl: server }).agents.each({ signal })) agents.push(agent);
  terminal.out(json ? JSON.stringify(agents, undefined, 2) : agentsText(agents));
}

async function clear(id: string, { server, json }: AgentsOptions, { terminal, signal }: CommandContext): Promise<void> {
  const { createClient } = await import('@espalier/client');
  const agent = await createClient({ baseUrl: server }).agents.clear(id, { signal });
  terminal.out(json ? JSON.stringify(agent, undefined, 2) : `${agent.name} is cleared; its next canary begins anew`);
}

/** A line for every target of every device. */
export function agentsText(agents: readonly Agent[]): string {
  if (agents.length === 0) return 'no agent has enrolled yet: start one with `espalier agent`';
  return renderTable(
    [
      { heading: 'agent' },
      { heading: 'state' },
      { heading: 'target' },
      { heading: 'health' },
      { heading: 'canary', align: 'right' },
      { heading: 'speed', align: 'right' },
      { heading: 'id' },
      { heading: 'reason' },
    ],
    agents.flatMap(({ id, name, state, health }) =>
      health.targets.map(({ target, status, p50Ms, relativeSpeed, reason }) => [
        name,
        state,
        target,
        status,
        p50Ms === null ? '' : formatMs(p50Ms),
        relativeSpeed === null ? '' : `${relativeSpeed.toFixed(2)}×`,
        id,
        reason ?? '',
      ]),
    ),
  );
}

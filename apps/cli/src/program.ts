import { Command } from 'commander';
import { agentCommand } from './commands/agent.js';
import { agentsCommand } from './commands/agents.js';
import { compareCommand } from './commands/compare.js';
import { criteriaCommand } from './commands/criteria.js';
import { datasetCommand } from './commands/dataset.js';
import { inspectCommand } from './commands/inspect.js';
import { measureCommand } from './commands/measure.js';
import { demoCommand, planCommand } from './commands/plan.js';
import { profileCommand } from './commands/profile.js';
import { pruneCommand } from './commands/prune.js';
import { regressionsCommand } from './commands/regressions.js';
import { scoreCommand } from './commands/score.js';
import { upCommand } from './commands/up.js';
import { zooCommand } from './commands/zoo.js';
import type { CommandContext } from './context.js';

/** The `espalier` command with all of its subcommands. It throws instead of ending the process. */
export function buildProgram(context: CommandContext): Command {
  const program = new Command('espalier')
    .description('Prunes whole layers of a neural network until it fits a latency budget, verified on the device.')
    .version('0.1.0')
    .showHelpAfterError('(espalier COMMAND --help shows how)');
  for (const add of [
    demoCommand,
    planCommand,
    compareCommand,
    inspectCommand,
    pruneCommand,
    scoreCommand,
    criteriaCommand,
    datasetCommand,
    measureCommand,
    profileCommand,
    zooCommand,
    upCommand,
    agentCommand,
    agentsCommand,
    regressionsCommand,
  ]) {
    add(program, context);
  }
  return program;
}

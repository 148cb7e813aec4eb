import { arch } from 'node:os';
import type { Client } from '@espalier/client';
import { builtInTargets, type TargetDefinition } from '@espalier/contracts';
import type { DetectedTarget, detectTargets } from '@espalier/measure';
import { AgentError } from './error.js';
import { untilAnswered, type Waiting } from './until-answered.js';

type Definitions = Map<string, TargetDefinition>;

async function addTargetsOfApi(known: Definitions, client: Client, signal: AbortSignal): Promise<void> {
  for await (const target of client.targets.each({ signal })) known.set(target.name, target);
}

/** What each target asked for is: built in, or one that the API knows. */
async function definitionsOf(asked: readonly string[], { client, ...waiting }: TargetOptions) {
  const known: Definitions = new Map(builtInTargets.map((target) => [target.name, target]));
  if (asked.some((name) => !known.has(name))) {
    await untilAnswered({ ...waiting, what: 'targets' }, () => addTargetsOfApi(known, client, waiting.signal));
  }
  return asked.map((name) => {
    const definition = known.get(name);
    if (definition !== undefined) return definition;
    throw new AgentError('target-unavailable', `there is no target ${name}`, {
      hint: `ESPALIER_TARGETS takes ${[...known.keys()].join(', ')}; PUT /v1/targets/${name} adds one of your own`,
    });
  });
}

function refusalOf(missing: readonly DetectedTarget[]): AgentError {
  const reasons = missing.map(({ name, reason }) => `${name}: ${reason ?? 'for no known reason'}`);
  return new AgentError('target-unavailable', `this machine cannot serve ${reasons.join('; ')}`, {
    hint: 'leave it out of ESPALIER_TARGETS; without that variable the agent serves the CPU',
  });
}

/** What choosing targets needs. */
export interface TargetOptions extends Omit<Waiting, 'what'> {
  /** null: the CPU of this machine. */
  readonly asked: readonly string[] | null;
  readonly client: Client;
  readonly detect: typeof detectTargets;
}

/**
 * The targets that the agent serves, each tried out on this machine.
 * @throws AgentError `target-unavailable` saying for each that it cannot serve why not
 */
export async function chooseTargets(options: TargetOptions): Promise<readonly string[]> {
  const { asked, detect, signal } = options;
  const targets =
    asked === null
      ? builtInTargets.filter(({ provider, architecture }) => provider === 'cpu' && architecture === arch())
      : await definitionsOf(asked, options);
  if (targets.length === 0) {
    throw new AgentError('target-unavailable', `no target is built in for the CPU of this machine (${arch()})`, {
      hint: 'PUT /v1/targets/NAME adds one of your own; ESPALIER_TARGETS=NAME serves it',
    });
  }
  const detected = await detect({ targets, signal });
  const missing = detected.filter(({ available }) => !available);
  if (missing.length > 0) throw refusalOf(missing);
  return detected.map(({ name }) => name);
}

import { arch } from 'node:os';
import type { Client } from '@espalier/client';
import { builtInTargets, type TargetDefinition } from '@espalier/contracts';
import type { DetectedTarget, detectTargets } from '@espalier/measure';
import { AgentError } from './error.js';
import { untilAnswered, type Waiting } from './until-answered.js';

/** The name that stands for every built-in target which works here. */
export const AUTO = 'auto';

/** A target that this agent serves, and what runs it. */
export type ServedTarget = Pick<DetectedTarget, 'name' | 'provider'>;

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
  /** null: the CPU of this machine; `auto`: every built-in one that works here. */
  readonly asked: readonly string[] | typeof AUTO | null;
  readonly client: Client;
  readonly detect: typeof detectTargets;
}

function ownCpu(): readonly TargetDefinition[] {
  const targets = builtInTargets.filter(({ provider, architecture }) => provider === 'cpu' && architecture === arch());
  if (targets.length > 0) return targets;
  throw new AgentError('target-unavailable', `no target is built in for the CPU of this machine (${arch()})`, {
    hint: 'PUT /v1/targets/NAME adds one of your own; ESPALIER_TARGETS=NAME serves it',
  });
}

async function whateverWorks({ detect, signal, log }: TargetOptions): Promise<readonly ServedTarget[]> {
  const detected = await detect({ signal });
  const missing = detected.filter(({ available }) => !available);
  for (const { name, reason } of missing) log.info({ target: name, reason }, 'target not served');
  if (missing.length === detected.length) throw refusalOf(missing);
  return detected.filter(({ available }) => available);
}

/**
 * The targets that the agent serves, each tried out on this machine. Nobody who starts an agent for nothing in particular
 * gets more than the CPU: trying out the others takes drivers into use that somebody else may need, a laptop's or a
 * software GPU that merely works would join a class of devices where it does not belong, and jobs for the GPU would hold up
 * those for the CPU. `auto` is for who wants it.
 * @throws AgentError `target-unavailable` saying for each that it cannot serve why not
 */
export async function chooseTargets(options: TargetOptions): Promise<readonly ServedTarget[]> {
  const { asked, detect, signal } = options;
  const nameAndProvider = ({ name, provider }: ServedTarget): ServedTarget => ({ name, provider });
  if (asked === AUTO) return (await whateverWorks(options)).map(nameAndProvider);
  const targets = asked === null ? ownCpu() : await definitionsOf(asked, options);
  const detected = await detect({ targets, signal });
  const missing = detected.filter(({ available }) => !available);
  if (missing.length > 0) throw refusalOf(missing);
  return detected.map(nameAndProvider);
}

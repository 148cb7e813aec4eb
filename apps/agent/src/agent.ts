import { join } from 'node:path';
import { type Client, createClient, pause } from '@espalier/client';
import type { EnrolAgent } from '@espalier/contracts';
import { detectTargets, measure, measureCanary, profile } from '@espalier/measure';
import { score } from '@espalier/scoring';
import { type Logger, pino } from 'pino';
import type { AgentConfig } from './config.js';
import { describeDevice, readVersion } from './device.js';
import { lockFolder } from './folder-lock.js';
import { readIdentity } from './identity.js';
import { type Ground, startLoops, type Tools } from './loops.js';
import { openSpool } from './spool.js';
import { chooseTargets, type ServedTarget } from './targets.js';

/** A call takes well under a second; one that hangs longer than this holds up the heartbeat, and that costs the lease. */
const CALL_MS = 10_000;
/** What is being delivered when the agent stops gets this long; then it waits on the disk for the next start. */
const LAST_DELIVERY_MS = 3_000;
const FAREWELL_MS = 2_000;

/** What an agent takes from outside, with what it takes when nothing is given. */
export interface AgentDependencies extends Partial<Tools> {
  readonly log?: Logger;
  readonly random?: () => number;
  readonly now?: () => Date;
  /** Gives up starting; the start then rejects with its reason. */
  readonly signal?: AbortSignal;
  readonly detectTargets?: typeof detectTargets;
}

/** A running agent. */
export interface RunningAgent {
  readonly agentId: string;
  /** Takes no more jobs; resolves when the running measurement has ended and is reported. */
  readonly drain: () => Promise<void>;
  /** Gives the running measurement back, says goodbye and stops. What is not delivered stays on the disk. */
  readonly close: () => Promise<void>;
}

async function sayGoodbye(client: Client, agentId: string, log: Logger): Promise<void> {
  try {
    await client.agents.heartbeat(agentId, { state: 'offline' }, { signal: AbortSignal.timeout(FAREWELL_MS) });
    log.info('agent stopped');
  } catch (error) {
    log.warn({ reason: String(error) }, 'agent stopped without a word; the API will notice');
  }
}

/** What the agent tells about itself when it enrols. */
async function introduce(config: AgentConfig, id: string, targets: readonly ServedTarget[]): Promise<EnrolAgent> {
  return {
    id,
    name: config.name,
    targets: targets.map(({ name }) => name),
    device: await describeDevice(),
    version: await readVersion(),
  };
}

/** Starts an agent whose folder is its own by now. */
async function startInFolder(config: AgentConfig, dependencies: AgentDependencies): Promise<RunningAgent> {
  const { random = Math.random, now = () => new Date() } = dependencies;
  const stop = new AbortController();
  const signal = dependencies.signal === undefined ? stop.signal : AbortSignal.any([dependencies.signal, stop.signal]);
  const agentId = await readIdentity(config.dir);
  const log = (dependencies.log ?? pino({ level: config.logLevel })).child({ agentId });
  const client = createClient({ baseUrl: config.apiUrl, retry: { retries: 0 }, timeoutMs: CALL_MS, random });
  const ground: Ground = { config, client, signal, log, random, now };
  const detect = dependencies.detectTargets ?? detectTargets;
  const targets = await chooseTargets({ asked: config.targets, detect, ...ground });
  const agent = await introduce(config, agentId, targets);

  const spool = await openSpool({ dir: join(config.dir, 'spool'), client, log, random });
  try {
    await spool.flush(); // before enrolling tells the API that whatever this agent did is over
    const tools = {
      measure: dependencies.measure ?? measure,
      profile: dependencies.profile ?? profile,
      score: dependencies.score ?? score,
      measureCanary: dependencies.measureCanary ?? measureCanary,
    };
    const { activity, heartbeat, canary, intake } = await startLoops(ground, { agent, targets, spool, tools });
    return {
      agentId,
      drain: async () => {
        activity.drain();
        await Promise.all([canary.close(), intake.close()]);
      },
      close: async () => {
        stop.abort();
        activity.stop();
        const idle = Promise.all([canary.close(), intake.close()]);
        await Promise.race([idle, pause(LAST_DELIVERY_MS)]);
        await spool.close();
        await idle;
        await heartbeat.close();
        await sayGoodbye(client, agentId, log);
      },
    };
  } catch (error) {
    await spool.close();
    throw error;
  }
}

/**
 * Starts an agent: holds its folder, enrols (waiting for the API as long as it takes), then takes jobs one at a time,
 * measures and reports.
 * @throws AgentError when this machine, this folder or the API does not allow it
 */
export async function startAgent(config: AgentConfig, dependencies: AgentDependencies = {}): Promise<RunningAgent> {
  const lock = await lockFolder(config.dir);
  try {
    const agent = await startInFolder(config, dependencies);
    return {
      ...agent,
      close: async () => {
        await agent.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

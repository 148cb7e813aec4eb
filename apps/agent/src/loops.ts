import { join } from 'node:path';
import type { Client } from '@espalier/client';
import type { EnrolAgent } from '@espalier/contracts';
import type { measure, measureCanary, profile } from '@espalier/measure';
import type { score } from '@espalier/scoring';
import type { Logger } from 'pino';
import { type Activity, createActivity } from './activity.js';
import { openArtifactCache } from './artifact-cache.js';
import { type CanaryLoop, startCanary } from './canary.js';
import type { AgentConfig } from './config.js';
import { enrol } from './enrol.js';
import { createHealth, type Health } from './health.js';
import { type HeartbeatLoop, startHeartbeat } from './heartbeat.js';
import { type Intake, startIntake } from './intake.js';
import { doJob } from './job.js';
import type { Spool } from './spool.js';
import type { ServedTarget } from './targets.js';
import { createTurns } from './turns.js';
import type { Waiting } from './until-answered.js';

/** What every part of a running agent needs. */
export interface Ground extends Omit<Waiting, 'what'> {
  readonly config: AgentConfig;
  readonly client: Client;
  readonly now: () => Date;
}

/** What an agent does its work with. */
export interface Tools {
  readonly measure: typeof measure;
  readonly profile: typeof profile;
  readonly score: typeof score;
  readonly measureCanary: typeof measureCanary;
}

/** Who the agent is, and what it has. */
export interface Self {
  readonly agent: EnrolAgent;
  readonly targets: readonly ServedTarget[];
  readonly spool: Spool;
  readonly tools: Tools;
}

/** What runs in an agent that is enrolled. */
export interface Loops {
  readonly activity: Activity;
  readonly heartbeat: HeartbeatLoop;
  readonly canary: CanaryLoop;
  readonly intake: Intake;
}

/** Jobs flow from the first canary on, while the device's health allows it. */
async function followHealth(health: Health, canary: CanaryLoop, intake: Intake, log: Logger): Promise<void> {
  health.onChange((allowsJobs) => {
    if (allowsJobs) log.info('the device may take jobs again');
    else log.warn('the device fails its canary: it takes no jobs until that passes or a person clears it');
  });
  await canary.started;
  health.onChange((allowsJobs) => intake.setOpen(allowsJobs));
  intake.setOpen(health.allowsJobs());
}

/**
 * Enrols, and starts what runs from then on.
 * @throws AgentError `enrolment-refused` when the API does not want the agent, or the signal's reason
 */
export async function startLoops(ground: Ground, { agent, targets, spool, tools }: Self): Promise<Loops> {
  const { config, client, log, random, now } = ground;
  const agentId = agent.id;
  const enrolled = await enrol({ agent, ...ground });
  log.info({ name: agent.name, targets: agent.targets, apiUrl: config.apiUrl }, 'agent enrolled');
  const cache = await openArtifactCache({
    dir: join(config.dir, 'artifacts'),
    maxBytes: config.cacheBytes,
    client,
    log,
    now,
  });
  const activity = createActivity();
  const health = createHealth();
  const turns = createTurns();
  const shared = { client, agentId, health, log, random, now };
  const heartbeat = startHeartbeat({
    ...shared,
    everyMs: enrolled.heartbeatSeconds * 1000,
    activity,
    onUnknown: async () => {
      await enrol({ agent, ...ground });
    },
  });
  const canary = startCanary({ ...shared, ...tools, targets, intervals: config.canary, turns });
  const jobs = { ...shared, ...tools, cache, spool, activity, limits: config.limits };
  const intake = startIntake({
    redisUrl: config.redisUrl,
    prefix: enrolled.queuePrefix,
    targets: agent.targets,
    handle: async (job) => {
      const { measurementId, attempt } = job;
      await turns.take(() => doJob(jobs, job, log.child({ measurementId, attempt })));
      await canary.afterJob();
    },
    log,
    random,
  });
  void followHealth(health, canary, intake, log);
  return { activity, heartbeat, canary, intake };
}

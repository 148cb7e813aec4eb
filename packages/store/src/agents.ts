import {
  type Agent,
  type AgentHealth,
  type CanaryReading,
  Device,
  type EnrolAgent,
  type HealthStatus,
  type Heartbeat,
  type HeartbeatAnswer,
  parserOf,
} from '@espalier/contracts';
import type { Database } from './database.js';
import type { AgentModel } from './generated/models/Agent.js';
import { addReadings, clearHealth, listReadings } from './health/canary.js';
import type { CanaryLimits } from './health/judge.js';
import { healthView, type TargetState, worstOf } from './health/view.js';
import { extendLease, unknownAgent } from './measurements/claim.js';
import { readProgress } from './measurements/rows.js';
import { type Page, type PageRequest, pageOf, pageQuery } from './page.js';
import { readJson } from './stored.js';

/** Agents: who they are, when they were last heard, and how their devices do. */
export interface Agents {
  /** The same id again is the same agent, with what it says now. */
  enrol(agent: EnrolAgent): Promise<Agent>;
  /**
   * The agent is alive; extends the lease of what it runs.
   * @returns cancel: what it runs is not its any more; health: the worst of its targets, without the look at its class
   * @throws StoreError `agent-unknown`: it must enrol again
   */
  heartbeat(id: string, heartbeat: Heartbeat, leaseSeconds: number): Promise<HeartbeatAnswer>;
  /** @throws StoreError `agent-unknown` */
  get(id: string): Promise<Agent>;
  /** @throws StoreError `cursor-invalid` */
  list(page: PageRequest): Promise<Page<Agent>>;
  /** Agents that were silent for longer are offline. @returns their ids */
  markOffline(silentSeconds: number): Promise<string[]>;
  /** Keeps and judges readings of the canary; the same ones again change nothing. @throws StoreError `agent-unknown` */
  addCanary(id: string, readings: readonly CanaryReading[], limits: CanaryLimits): Promise<AgentHealth>;
  /** The newest readings on a target, oldest first. @throws StoreError `agent-unknown` */
  canary(id: string, target: string, limit: number): Promise<CanaryReading[]>;
  /** A person declares the device healthy: its baseline begins anew. @throws StoreError `agent-unknown` */
  clear(id: string): Promise<Agent>;
}

const parseDevice = parserOf('device', Device);
const columns = {
  include: {
    measurements: {
      where: { status: 'running' },
      orderBy: { startedAt: 'desc' },
      take: 1,
      select: { id: true, subjectId: true, targetName: true, progress: true },
    },
  },
} as const;

type Row = AgentModel & {
  readonly measurements: readonly { id: string; subjectId: string; targetName: string; progress: unknown }[];
};

function render(row: Row, states: readonly TargetState[]): Agent {
  const running = row.measurements[0];
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    health: healthView(row, states),
    targets: row.targets,
    device: readJson(parseDevice, row.device),
    version: row.version,
    running:
      running === undefined
        ? null
        : {
            measurementId: running.id,
            subject: running.subjectId,
            target: running.targetName,
            progress: readProgress(running.progress),
          },
    lastSeenAt: row.lastSeenAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
  };
}

/** Agents in Postgres. */
export function agentsOf(db: Database): Agents {
  const statesFor = async (rows: readonly Row[]): Promise<TargetState[]> =>
    await db.targetHealth.findMany({ where: { targetName: { in: [...new Set(rows.flatMap((row) => row.targets))] } } });
  const get = async (id: string): Promise<Agent> => {
    const row = await db.agent.findUnique({ where: { id }, ...columns });
    if (row === null) throw unknownAgent(id);
    return render(row, await statesFor([row]));
  };
  const statusOf = async (id: string, targets: readonly string[]): Promise<HealthStatus> => {
    const rows = await db.targetHealth.findMany({ where: { agentId: id }, select: { status: true, targetName: true } });
    const known = new Map(rows.map(({ targetName, status }) => [targetName, status]));
    return worstOf(targets.map((target) => known.get(target) ?? 'unknown'));
  };
  return {
    get,
    enrol: async ({ id, ...said }) => {
      const now = { ...said, state: 'idle' as const, lastSeenAt: new Date() };
      await db.agent.upsert({ where: { id }, create: { id, ...now }, update: now });
      return await get(id);
    },
    heartbeat: async (id, { state, running }, leaseSeconds) => {
      const [agent] = await db.agent.updateManyAndReturn({
        where: { id },
        data: { state, lastSeenAt: new Date() },
        select: { targets: true },
      });
      if (agent === undefined) throw unknownAgent(id);
      const health = await statusOf(id, agent.targets);
      if (running === undefined) return { cancel: false, health };
      const { measurementId, attempt, progress } = running;
      const lease = { measurementId, attempt, agentId: id, leaseSeconds };
      return { cancel: !(await extendLease(db, lease, progress)), health };
    },
    list: async (page) => {
      const { after, ...query } = pageQuery(page);
      const rows = await db.agent.findMany({ where: { AND: after }, ...query, ...columns });
      const states = await statesFor(rows);
      return pageOf(rows, page, (row) => render(row, states));
    },
    markOffline: async (silentSeconds) => {
      const silentSince = new Date(Date.now() - silentSeconds * 1000);
      const rows = await db.agent.updateManyAndReturn({
        where: { state: { not: 'offline' }, lastSeenAt: { lt: silentSince } },
        data: { state: 'offline' },
        select: { id: true },
      });
      return rows.map(({ id }) => id);
    },
    addCanary: async (id, readings, limits) => {
      await addReadings(db, id, readings, limits);
      return (await get(id)).health;
    },
    canary: async (id, target, limit) => {
      if ((await db.agent.count({ where: { id } })) === 0) throw unknownAgent(id);
      return await listReadings(db, id, target, limit);
    },
    clear: async (id) => {
      await clearHealth(db, id);
      return await get(id);
    },
  };
}

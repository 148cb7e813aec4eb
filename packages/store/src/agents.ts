import { type Agent, Device, type EnrolAgent, type Heartbeat, parserOf } from '@espalier/contracts';
import type { Queries } from './database.js';
import type { AgentModel } from './generated/models/Agent.js';
import { extendLease, unknownAgent } from './measurements/claim.js';
import { readProgress } from './measurements/rows.js';
import { type Page, type PageRequest, pageOf, pageQuery } from './page.js';
import { readJson } from './stored.js';

/** Agents: who they are and when they were last heard. */
export interface Agents {
  /** The same id again is the same agent, with what it says now. */
  enrol(agent: EnrolAgent): Promise<Agent>;
  /**
   * The agent is alive; extends the lease of what it runs.
   * @returns cancel: what it runs is not its any more
   * @throws StoreError `agent-unknown`: it must enrol again
   */
  heartbeat(id: string, heartbeat: Heartbeat, leaseSeconds: number): Promise<{ cancel: boolean }>;
  /** @throws StoreError `agent-unknown` */
  get(id: string): Promise<Agent>;
  /** @throws StoreError `cursor-invalid` */
  list(page: PageRequest): Promise<Page<Agent>>;
  /** Agents that were silent for longer are offline. @returns their ids */
  markOffline(silentSeconds: number): Promise<string[]>;
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

function render(row: Row): Agent {
  const running = row.measurements[0];
  return {
    id: row.id,
    name: row.name,
    state: row.state,
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
export function agentsOf(db: Queries): Agents {
  const get = async (id: string): Promise<Agent> => {
    const row = await db.agent.findUnique({ where: { id }, ...columns });
    if (row === null) throw unknownAgent(id);
    return render(row);
  };
  return {
    get,
    enrol: async ({ id, ...said }) => {
      const now = { ...said, state: 'idle' as const, lastSeenAt: new Date() };
      await db.agent.upsert({ where: { id }, create: { id, ...now }, update: now });
      return await get(id);
    },
    heartbeat: async (id, { state, running }, leaseSeconds) => {
      const { count } = await db.agent.updateMany({ where: { id }, data: { state, lastSeenAt: new Date() } });
      if (count === 0) throw unknownAgent(id);
      if (running === undefined) return { cancel: false };
      const { measurementId, attempt, progress } = running;
      return { cancel: !(await extendLease(db, { measurementId, attempt, agentId: id, leaseSeconds }, progress)) };
    },
    list: async (page) => {
      const { after, ...query } = pageQuery(page);
      return pageOf(await db.agent.findMany({ where: { AND: after }, ...query, ...columns }), page, render);
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
  };
}

import type { CanaryReading } from '@espalier/contracts';
import type { Database, Queries } from '../database.js';
import type { CanaryReadingModel } from '../generated/models/CanaryReading.js';
import { unknownAgent } from '../measurements/claim.js';
import { transact } from '../transact.js';
import { type CanaryLimits, judgeReading } from './judge.js';

/** Readings that are kept of a device on one target: some weeks. */
const KEPT_READINGS = 10_000;

const columnsOf = (agentId: string, { target, at, outcome }: CanaryReading) => ({
  agentId,
  targetName: target,
  at: new Date(at),
  ...(outcome.kind === 'measured'
    ? { p50Ms: outcome.p50Ms, p50LowerMs: outcome.p50Ci[0], p50UpperMs: outcome.p50Ci[1], runs: outcome.runs }
    : { code: outcome.code, message: outcome.message }),
});

function render(row: CanaryReadingModel): CanaryReading {
  const { p50Ms, p50LowerMs, p50UpperMs } = row;
  return {
    target: row.targetName,
    at: row.at.toISOString(),
    outcome:
      p50Ms !== null && p50LowerMs !== null && p50UpperMs !== null
        ? { kind: 'measured', p50Ms, p50Ci: [p50LowerMs, p50UpperMs], runs: row.runs ?? 0 }
        : { kind: 'failed', code: row.code ?? '', message: row.message ?? '' },
  };
}

/** Only one change of an agent's health at a time. @throws StoreError `agent-unknown` */
async function lockAgent(tx: Queries, id: string): Promise<void> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM agents WHERE id = ${id}::uuid FOR UPDATE`;
  if (rows.length === 0) throw unknownAgent(id);
}

async function judge(tx: Queries, agentId: string, reading: CanaryReading, limits: CanaryLimits): Promise<void> {
  const key = { agentId, targetName: reading.target };
  const known = await tx.targetHealth.findUnique({ where: { agentId_targetName: key } });
  const { baseline, ...state } = judgeReading(known, reading.outcome, limits);
  const change = { ...state, baseline: [...baseline], at: new Date(reading.at) };
  await tx.targetHealth.upsert({ where: { agentId_targetName: key }, create: { ...key, ...change }, update: change });
}

async function forgetOldest(tx: Queries, agentId: string, targetName: string): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM canary_readings
    WHERE agent_id = ${agentId}::uuid AND target_name = ${targetName} AND at <= (
      SELECT at FROM canary_readings WHERE agent_id = ${agentId}::uuid AND target_name = ${targetName}
      ORDER BY at DESC OFFSET ${KEPT_READINGS} LIMIT 1)`;
}

/**
 * Keeps readings and judges each in order of time; one that is known already changes nothing.
 * @throws StoreError `agent-unknown`
 */
export async function addReadings(
  db: Database,
  agentId: string,
  readings: readonly CanaryReading[],
  limits: CanaryLimits,
): Promise<void> {
  await transact(db, async (tx) => {
    await lockAgent(tx, agentId);
    for (const reading of readings.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
      const data = [columnsOf(agentId, reading)];
      const { count } = await tx.canaryReading.createMany({ data, skipDuplicates: true });
      if (count === 1) await judge(tx, agentId, reading, limits);
    }
    for (const target of new Set(readings.map(({ target: name }) => name))) await forgetOldest(tx, agentId, target);
  });
}

/** The newest readings of a device on a target, oldest first. */
export async function listReadings(
  db: Queries,
  agentId: string,
  targetName: string,
  limit: number,
): Promise<CanaryReading[]> {
  const rows = await db.canaryReading.findMany({
    where: { agentId, targetName },
    orderBy: { at: 'desc' },
    take: limit,
  });
  return rows.toReversed().map(render);
}

/**
 * A person says that a device is all right: what the next readings are compared with begins anew.
 * @throws StoreError `agent-unknown`
 */
export async function clearHealth(db: Database, agentId: string): Promise<void> {
  await transact(db, async (tx) => {
    await lockAgent(tx, agentId);
    await tx.agent.update({ where: { id: agentId }, data: { clearedAt: new Date() } });
    await tx.targetHealth.deleteMany({ where: { agentId } });
  });
}

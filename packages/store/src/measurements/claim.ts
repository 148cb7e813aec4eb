import type { Claimed } from '@espalier/contracts';
import type { Queries } from '../database.js';
import { StoreError } from '../errors.js';
import { readJson } from '../stored.js';
import { unknownMeasurement } from './query.js';
import { parseSpec } from './rows.js';

/** It never enrolled, or not with this database. */
export const unknownAgent = (id: string) =>
  new StoreError('agent-unknown', `There is no agent ${id}`, { hint: 'Enrol again' });

/** An agent took a job and wants it. */
export interface ClaimRequest {
  readonly measurementId: string;
  readonly attempt: number;
  readonly agentId: string;
  /** Silent for longer than this, the agent loses the measurement. */
  readonly leaseSeconds: number;
}

/**
 * Makes the agent the owner of this attempt. Asking twice is the same as once.
 * @throws StoreError `measurement-unknown`, `agent-unknown`, `device-unhealthy` when its canary failed on that target,
 *   `claim-refused` when it ended, runs elsewhere or is at another attempt
 */
export async function claimMeasurement(db: Queries, request: ClaimRequest): Promise<Claimed> {
  const { measurementId: id, attempt, agentId, leaseSeconds } = request;
  // The database's clock alone decides about leases: clocks of several API machines differ.
  const claimed = await db.$executeRaw`
    UPDATE measurements
    SET status = 'running', agent_id = ${agentId}::uuid, started_at = now(), progress = NULL,
        lease_until = now() + ${leaseSeconds} * interval '1 second'
    WHERE id = ${id}::uuid AND attempt = ${attempt} AND EXISTS (SELECT 1 FROM agents WHERE id = ${agentId}::uuid)
      AND ((status = 'running' AND agent_id = ${agentId}::uuid)
        OR (status = 'queued' AND NOT EXISTS (
          SELECT 1 FROM target_health h
          WHERE h.agent_id = ${agentId}::uuid AND h.target_name = measurements.target_name AND h.status = 'failed')))`;
  const row = await db.measurement.findUnique({
    where: { id },
    select: { kind: true, status: true, attempt: true, subjectId: true, controlId: true, targetName: true, spec: true },
  });
  if (row === null) throw unknownMeasurement(id);
  if (claimed === 0) {
    await requireAgent(db, agentId);
    if (row.status === 'queued' && row.attempt === attempt) await requireHealth(db, agentId, row.targetName);
    throw refusal(id, row, attempt);
  }
  return {
    measurementId: id,
    attempt,
    kind: row.kind,
    subject: row.subjectId,
    control: row.controlId,
    target: row.targetName,
    spec: readJson(parseSpec, row.spec),
    leaseSeconds,
  };
}

async function requireAgent(db: Queries, id: string): Promise<void> {
  if ((await db.agent.count({ where: { id } })) === 0) throw unknownAgent(id);
}

/** The job stays queued for another device. */
async function requireHealth(db: Queries, agentId: string, targetName: string): Promise<void> {
  const health = await db.targetHealth.findUnique({ where: { agentId_targetName: { agentId, targetName } } });
  if (health?.status !== 'failed') return;
  throw new StoreError('device-unhealthy', `The device fails its canary on ${targetName}: ${health.reason ?? ''}`, {
    hint: 'Measure the canary until it passes, or clear the device (espalier agents clear)',
  });
}

function refusal(id: string, row: { status: string; attempt: number }, attempt: number): StoreError {
  const why =
    row.status !== 'queued' && row.status !== 'running'
      ? `is ${row.status} already`
      : row.attempt === attempt
        ? 'runs on another agent'
        : `is at attempt ${row.attempt}, not ${attempt}`;
  return new StoreError('claim-refused', `Measurement ${id} ${why}`, { hint: 'Drop the job' });
}

/** The agent is alive and still at it. @returns false when the measurement is not its any more */
export async function extendLease(
  db: Queries,
  { measurementId, attempt, agentId, leaseSeconds }: ClaimRequest,
  progress: object | undefined,
): Promise<boolean> {
  const json = progress === undefined ? null : JSON.stringify(progress);
  const extended = await db.$executeRaw`
    UPDATE measurements
    SET lease_until = now() + ${leaseSeconds} * interval '1 second', progress = COALESCE(${json}::jsonb, progress)
    WHERE id = ${measurementId}::uuid AND attempt = ${attempt} AND agent_id = ${agentId}::uuid AND status = 'running'`;
  return extended === 1;
}

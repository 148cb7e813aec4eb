import type { MeasurementProgress } from '@espalier/contracts';
import type { Queries } from '../database.js';
import { readProgress } from '../measurements/rows.js';

/** What the fleet does for a plan right now. */
export interface PlanActivity {
  /** Measurements that ended, and those known so far. */
  readonly ended: number;
  readonly known: number;
  readonly running: readonly {
    readonly label: string;
    readonly target: string;
    readonly startedAt: Date | null;
    readonly progress: MeasurementProgress | null;
  }[];
  /** Those that wait, by target. */
  readonly queued: ReadonlyMap<string, number>;
  /** Mean time from claim to result of those that ended here; null: none did. */
  readonly meanSeconds: number | null;
}

/** Reads it from the plan's measurements. */
export async function activityOf(db: Queries, planId: string): Promise<PlanActivity> {
  const rows = await db.planMeasurement.findMany({
    where: { planId },
    orderBy: [{ createdAt: 'asc' }, { key: 'asc' }],
    select: {
      label: true,
      createdAt: true,
      measurement: {
        select: { status: true, targetName: true, startedAt: true, finishedAt: true, progress: true },
      },
    },
  });
  const measured = rows.flatMap(({ createdAt, measurement: { startedAt, finishedAt, status } }) =>
    status === 'succeeded' && startedAt !== null && finishedAt !== null && startedAt >= createdAt
      ? [(finishedAt.getTime() - startedAt.getTime()) / 1000]
      : [],
  );
  const queued = new Map<string, number>();
  for (const { measurement } of rows) {
    if (measurement.status !== 'queued') continue;
    queued.set(measurement.targetName, (queued.get(measurement.targetName) ?? 0) + 1);
  }
  return {
    known: rows.length,
    ended: rows.filter(({ measurement: { status } }) => status !== 'queued' && status !== 'running').length,
    running: rows
      .filter(({ measurement }) => measurement.status === 'running')
      .map(({ label, measurement: { targetName, startedAt, progress } }) => ({
        label,
        target: targetName,
        startedAt,
        progress: readProgress(progress),
      })),
    queued,
    meanSeconds: measured.length === 0 ? null : measured.reduce((sum, seconds) => sum + seconds, 0) / measured.length,
  };
}

import { randomUUID } from 'node:crypto';
import { type Measurement, type MeasurementRequest, type MeasurementSpec, resolveSpec } from '@espalier/contracts';
import type { Queries } from '../database.js';
import { StoreError } from '../errors.js';
import { keyOf } from '../stored.js';
import { knownTargets } from '../targets.js';
import { type MeasurementRow, renderMeasurement, withoutSamples } from './rows.js';

/** One measurement of a batch; `created` false: an equal one existed and is not measured again. */
export interface CreatedMeasurement {
  readonly created: boolean;
  readonly measurement: Measurement;
}

/** Who asks: a client directly, or only a plan (then the measurement goes when the plan is cancelled). */
export type Requester = 'client' | 'plan';

/** An equal measurement may end badly between our insert and our look at it; then another round creates ours. */
const ROUNDS = 5;

interface NewRow {
  readonly id: string;
  readonly identity: string;
  readonly fresh: boolean;
  readonly requested: boolean;
  readonly subjectId: string;
  readonly controlId: string | null;
  readonly modelId: string | null;
  readonly targetName: string;
  readonly spec: MeasurementSpec;
  readonly specKey: string;
  readonly priority: number;
}

/** The model that each artifact is, or was made from. @throws StoreError `artifact-unknown` */
async function modelsBehind(db: Queries, artifacts: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
  const rows = await db.artifact.findMany({
    where: { sha256: { in: [...artifacts] } },
    select: {
      sha256: true,
      model: { select: { id: true } },
      candidates: { select: { modelId: true }, orderBy: { createdAt: 'asc' }, take: 1 },
    },
  });
  const found = new Map(rows.map((row) => [row.sha256, row.model?.id ?? row.candidates[0]?.modelId ?? null]));
  const missing = artifacts.find((sha256) => !found.has(sha256));
  if (missing !== undefined) {
    throw new StoreError('artifact-unknown', `There is no artifact ${missing}`, {
      hint: 'Upload the model first (POST /v1/models), or create the candidate',
    });
  }
  return found;
}

async function rowsOf(db: Queries, requests: readonly MeasurementRequest[], requester: Requester) {
  const named = requests.flatMap(({ subject, control }) => (control === undefined ? [subject] : [subject, control]));
  const [models, targets] = await Promise.all([
    modelsBehind(db, [...new Set(named)]),
    knownTargets(db, [...new Set(requests.map(({ target }) => target))]),
  ]);
  return requests.map(({ subject, control, target, spec: partial, fresh, priority }): NewRow => {
    const spec = resolveSpec({ ...partial, provider: targets.get(target)?.provider });
    return {
      id: randomUUID(),
      identity: keyOf({ subject, control: control ?? null, target, spec }),
      fresh,
      requested: requester === 'client',
      subjectId: subject,
      controlId: control ?? null,
      modelId: models.get(subject) ?? null,
      targetName: target,
      spec,
      specKey: keyOf(spec),
      priority,
    };
  });
}

/** Inserts what no equal row answers yet, and finds the row that answers each wish. */
async function insertOrFind(db: Queries, wishes: readonly NewRow[]): Promise<ReadonlyMap<string, MeasurementRow>> {
  // Everybody locks the keys in one order, so that two batches with the same wishes cannot deadlock.
  const ordered = wishes.toSorted((a, b) => (a.identity < b.identity ? -1 : 1));
  await db.measurement.createMany({
    data: ordered.map((row) => ({ ...row, reuseKey: row.identity })),
    skipDuplicates: true,
  });
  const rows = await db.measurement.findMany({
    where: { OR: [{ id: { in: wishes.map(({ id }) => id) } }, { reuseKey: { in: wishes.map(reuseKeyOf) } }] },
    omit: withoutSamples,
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const byKey = new Map(rows.flatMap((row) => (row.reuseKey === null ? [] : [[row.reuseKey, row] as const])));
  return new Map(
    wishes.flatMap((wish) => {
      const row = byId.get(wish.id) ?? (wish.fresh ? undefined : byKey.get(wish.identity));
      return row === undefined ? [] : [[wish.id, row] as const];
    }),
  );
}

const reuseKeyOf = ({ identity }: NewRow): string => identity;

/**
 * Creates measurements, each equal one once: an equal one that waits, runs or succeeded answers a later wish. `fresh` always
 * creates; a fresh one is the one to reuse when there is no other, and once it succeeded.
 * @returns in the order of the requests
 * @throws StoreError `artifact-unknown`, `target-unknown`
 * @throws ContractError when a spec is out of range
 */
export async function createMeasurements(
  db: Queries,
  requests: readonly MeasurementRequest[],
  requester: Requester,
): Promise<CreatedMeasurement[]> {
  const wishes = await rowsOf(db, requests, requester);
  const found = new Map<string, MeasurementRow>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const open = wishes.filter(({ id }) => !found.has(id));
    if (open.length === 0) break;
    for (const [id, row] of await insertOrFind(db, open)) found.set(id, row);
    const taken = open.filter(({ id, fresh }) => fresh && !found.has(id));
    if (taken.length > 0) {
      await db.measurement.createMany({ data: taken });
      const rows = await db.measurement.findMany({
        where: { id: { in: taken.map(({ id }) => id) } },
        omit: withoutSamples,
      });
      for (const row of rows) found.set(row.id, row);
    }
  }
  if (requester === 'client') await markRequested(db, [...found.values()]);
  return wishes.map(({ id }) => {
    const row = found.get(id);
    if (row === undefined) throw new StoreError('measurement-unknown', 'Equal measurements keep ending; try again');
    return { created: row.id === id, measurement: renderMeasurement(row) };
  });
}

/** A plan's measurement that a client asks for as well outlives the plan. */
async function markRequested(db: Queries, rows: readonly MeasurementRow[]): Promise<void> {
  const ids = rows.filter(({ requested }) => !requested).map(({ id }) => id);
  if (ids.length > 0) await db.measurement.updateMany({ where: { id: { in: ids } }, data: { requested: true } });
}

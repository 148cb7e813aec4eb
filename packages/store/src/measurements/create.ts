import { randomUUID } from 'node:crypto';
import {
  type Measurement,
  type MeasurementKind,
  type MeasurementRequest,
  type MeasurementSpec,
  resolveSpec,
} from '@espalier/contracts';
import type { Queries } from '../database.js';
import { StoreError } from '../errors.js';
import { keyOf } from '../stored.js';
import { knownTargets } from '../targets.js';
import { identifying, specKeyOf } from './identity.js';
import { keepScores } from './kept-scores.js';
import { artifactsNamed, checkKind, checkUse, namedBy } from './named-artifacts.js';
import { type MeasurementRow, renderMeasurement, withoutDetails } from './rows.js';

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
  readonly kind: MeasurementKind;
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

/** What each wish names is known and of the right kind. */
async function modelsBehind(
  db: Queries,
  wishes: readonly MeasurementRequest[],
): Promise<ReadonlyMap<string, string | null>> {
  const named = wishes.flatMap(namedBy);
  const artifacts = await artifactsNamed(db, [...new Set(named.map(({ sha256 }) => sha256))]);
  for (const { sha256, use } of named) checkUse(sha256, use, artifacts.get(sha256));
  return new Map([...artifacts].map(([sha256, { modelId }]) => [sha256, modelId]));
}

async function rowsOf(db: Queries, requests: readonly MeasurementRequest[], requester: Requester) {
  requests.forEach(checkKind);
  const [models, targets] = await Promise.all([
    modelsBehind(db, requests),
    knownTargets(db, [...new Set(requests.map(({ target }) => target))]),
  ]);
  return requests.map(({ kind, subject, control, target, spec: partial, fresh, priority }): NewRow => {
    const spec = resolveSpec({ ...partial, provider: targets.get(target)?.provider });
    return {
      id: randomUUID(),
      kind,
      identity: keyOf({ kind, subject, control: control ?? null, target, spec: identifying(spec) }),
      fresh,
      requested: requester === 'client',
      subjectId: subject,
      controlId: control ?? null,
      modelId: models.get(subject) ?? null,
      targetName: target,
      spec,
      specKey: specKeyOf(spec),
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
    omit: withoutDetails,
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
 * @throws StoreError `artifact-unknown`, `artifact-kind-wrong`, `control-not-allowed`, `scoring-missing`,
 *   `scoring-not-allowed`, `target-unknown`
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
        omit: withoutDetails,
      });
      for (const row of rows) found.set(row.id, row);
    }
  }
  if (requester === 'client') await markRequested(db, [...found.values()]);
  await keepScoresAgain(db, wishes, found);
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

/** Scores that were computed before, and asked for again, are those of the model again, whatever came in between. */
async function keepScoresAgain(
  db: Queries,
  wishes: readonly NewRow[],
  found: ReadonlyMap<string, MeasurementRow>,
): Promise<void> {
  for (const { id, kind } of wishes) {
    const row = kind === 'score' ? found.get(id) : undefined;
    if (row === undefined || row.status !== 'succeeded') continue;
    const measurement = renderMeasurement(row);
    if (measurement.score !== null) await keepScores(db, measurement, measurement.score);
  }
}

/**
 * What `createMeasurements` would refuse, without creating anything.
 * @throws as `createMeasurements` does
 */
export async function checkMeasurements(db: Queries, requests: readonly MeasurementRequest[]): Promise<void> {
  await rowsOf(db, requests, 'plan');
}

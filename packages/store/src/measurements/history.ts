import { type MeasurementWarning as Warning, MeasurementWarning, parserOf, type Statistic } from '@espalier/contracts';
import { Type } from 'typebox';
import type { Queries } from '../database.js';
import { StoreError } from '../errors.js';
import { Prisma } from '../generated/client.js';
import { readJson } from '../stored.js';
import { unknownMeasurement } from './query.js';
import { parseSpec } from './rows.js';

/** One result of an identity, as far as a history needs it. */
export interface StoredResult {
  readonly measurementId: string;
  readonly at: Date;
  /** The statistic that the spec asks for. */
  readonly valueMs: number;
  readonly ci: readonly [number, number];
  readonly canaryMs: number | null;
}

/** One result with who measured it and what was suspicious. */
export interface ExplainedResult extends StoredResult {
  readonly agentId: string | null;
  readonly agentName: string | null;
  readonly warnings: readonly Warning[];
}

/** Which identities to look over. */
export interface HistoryFilter {
  readonly modelId?: string;
  readonly target?: string;
  /** Only identities whose latest result is newer. */
  readonly since?: Date;
}

/** Which stretch of the identities, in their own order, and how many results of each. */
export interface HistoryStretch {
  readonly after: string | null;
  readonly limit: number;
  readonly results: number;
}

/** The results of one identity, oldest first; never none. */
export interface IdentityHistory {
  readonly identity: string;
  readonly results: readonly StoredResult[];
}

interface ResultRow {
  readonly id: string;
  readonly finished_at: Date;
  readonly value_ms: number;
  readonly value_lower_ms: number;
  readonly value_upper_ms: number;
  readonly canary_ms: number | null;
}

const parseWarnings = parserOf('warnings', Type.Array(MeasurementWarning));

/** What the partial indexes of histories hold. */
const SUCCEEDED_LATENCY = Prisma.sql`status = 'succeeded' AND kind = 'latency'`;

const resultOf = (row: ResultRow): StoredResult => ({
  measurementId: row.id,
  at: row.finished_at,
  valueMs: row.value_ms,
  ci: [row.value_lower_ms, row.value_upper_ms],
  canaryMs: row.canary_ms,
});

/**
 * The newest results of the measurement's identity, oldest first.
 * @throws StoreError `measurement-unknown`, `measurement-not-latency`
 */
export async function resultsLike(
  db: Queries,
  id: string,
  limit: number,
): Promise<{ readonly statistic: Statistic; readonly results: readonly ExplainedResult[] }> {
  const measurement = await db.measurement.findUnique({
    where: { id },
    select: { identity: true, kind: true, spec: true },
  });
  if (measurement === null) throw unknownMeasurement(id);
  if (measurement.kind !== 'latency') {
    throw new StoreError('measurement-not-latency', `Measurement ${id} is a profile, whose times are shares`, {
      hint: 'Ask for the history of a measurement of kind latency',
    });
  }
  const rows = await db.$queryRaw<
    (ResultRow & { agent_id: string | null; agent_name: string | null; warnings: unknown })[]
  >`
    SELECT m.id, m.finished_at, m.value_ms, m.value_lower_ms, m.value_upper_ms, m.canary_ms,
      m.agent_id, a.name AS agent_name, m.result -> 'warnings' AS warnings
    FROM (
      SELECT * FROM measurements
      WHERE identity = ${measurement.identity}::char(64) AND ${SUCCEEDED_LATENCY}
      ORDER BY finished_at DESC LIMIT ${limit}
    ) m LEFT JOIN agents a ON a.id = m.agent_id
    ORDER BY m.finished_at, m.id`;
  return {
    statistic: readJson(parseSpec, measurement.spec).statistic,
    results: rows.map((row) => ({
      ...resultOf(row),
      agentId: row.agent_id,
      agentName: row.agent_name,
      warnings: readJson(parseWarnings, row.warnings),
    })),
  };
}

/**
 * The newest results of a stretch of the identities that have several. Two results of one identity are never both without
 * `fresh` (see create.ts), so that looking at the fresh ones finds every such identity, and few others.
 * @returns histories in the order of their identities; `next` is where the following stretch begins, null after the last
 */
export async function repeatedHistories(
  db: Queries,
  { modelId, target, since }: HistoryFilter,
  { after, limit, results }: HistoryStretch,
): Promise<{ readonly histories: readonly IdentityHistory[]; readonly next: string | null }> {
  const conditions = [
    Prisma.sql`fresh AND ${SUCCEEDED_LATENCY}`,
    ...(after === null ? [] : [Prisma.sql`identity > ${after}::char(64)`]),
    ...(modelId === undefined ? [] : [Prisma.sql`model_id = ${modelId}::char(64)`]),
    ...(target === undefined ? [] : [Prisma.sql`target_name = ${target}`]),
    ...(since === undefined
      ? []
      : [
          Prisma.sql`EXISTS (
            SELECT 1 FROM measurements newer
            WHERE newer.identity = fresh_ones.identity AND newer.status = 'succeeded' AND newer.kind = 'latency'
              AND newer.finished_at > ${since}::timestamptz)`,
        ]),
  ];
  const rows = await db.$queryRaw<(ResultRow & { identity: string })[]>`
    SELECT named.identity, latest.* FROM (
      SELECT DISTINCT identity FROM measurements fresh_ones
      WHERE ${Prisma.join(conditions, ' AND ')}
      ORDER BY identity LIMIT ${limit}
    ) named CROSS JOIN LATERAL (
      SELECT id, finished_at, value_ms, value_lower_ms, value_upper_ms, canary_ms FROM measurements
      WHERE identity = named.identity AND ${SUCCEEDED_LATENCY}
      ORDER BY finished_at DESC LIMIT ${results}
    ) latest
    ORDER BY named.identity, latest.finished_at, latest.id`;
  const byIdentity = new Map<string, StoredResult[]>();
  for (const row of rows) byIdentity.set(row.identity, [...(byIdentity.get(row.identity) ?? []), resultOf(row)]);
  const histories = [...byIdentity].map(([identity, own]) => ({ identity, results: own }));
  return { histories, next: histories.length < limit ? null : (histories.at(-1)?.identity ?? null) };
}

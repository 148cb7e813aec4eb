import type { Target, TargetDefinition } from '@espalier/contracts';
import type { Queries } from './database.js';
import { StoreError } from './errors.js';
import type { TargetModel } from './generated/models/Target.js';

/** Targets, with what their fleet does right now. */
export interface Targets {
  /** Adds those that are not there yet; the others stay as they are. */
  ensure(definitions: readonly TargetDefinition[]): Promise<void>;
  /** Adds a target or changes it. A changed provider holds for measurements created from now on. */
  put(definition: TargetDefinition): Promise<{ created: boolean; target: Target }>;
  /** @throws StoreError `target-unknown`, its hint names the known ones */
  get(name: string): Promise<Target>;
  /** By name. */
  list(): Promise<Target[]>;
  /** Whether a device that is there may take measurements of each target: `failing`, all that are there fail their canary. */
  service(names: readonly string[]): Promise<ReadonlyMap<string, 'served' | 'failing' | 'unserved'>>;
}

async function fleetOf(db: Queries, names: readonly string[]) {
  const [counts, agents] = await Promise.all([
    db.measurement.groupBy({
      by: ['targetName', 'status'],
      where: { targetName: { in: [...names] }, status: { in: ['queued', 'running'] } },
      _count: true,
    }),
    db.agent.findMany({ where: { state: { not: 'offline' } }, select: { targets: true } }),
  ]);
  const countOf = (name: string, status: string) =>
    counts.find((row) => row.targetName === name && row.status === status)?.['_count'] ?? 0;
  return (row: TargetModel): Target => ({
    name: row.name,
    description: row.description,
    architecture: row.architecture,
    provider: row.provider,
    agentsOnline: agents.filter(({ targets }) => targets.includes(row.name)).length,
    queued: countOf(row.name, 'queued'),
    running: countOf(row.name, 'running'),
  });
}

/** The rows of some targets by name. @throws StoreError `target-unknown` for the first that is missing */
export async function knownTargets(db: Queries, names: readonly string[]): Promise<ReadonlyMap<string, TargetModel>> {
  const rows = await db.target.findMany({ where: { name: { in: [...names] } } });
  const found = new Map(rows.map((row) => [row.name, row]));
  const missing = names.find((name) => !found.has(name));
  if (missing === undefined) return found;
  const all = await db.target.findMany({ select: { name: true }, orderBy: { name: 'asc' } });
  throw new StoreError('target-unknown', `There is no target ${missing}`, {
    hint: `Known targets: ${all.map(({ name }) => name).join(', ')}. PUT /v1/targets/${missing} adds it`,
  });
}

/** Targets in Postgres. */
export function targetsOf(db: Queries): Targets {
  const get = async (name: string): Promise<Target> => {
    const [row] = (await knownTargets(db, [name])).values();
    if (row === undefined) throw new StoreError('target-unknown', `There is no target ${name}`);
    return (await fleetOf(db, [name]))(row);
  };
  return {
    get,
    ensure: async (definitions) => {
      await db.target.createMany({ data: definitions.map((definition) => ({ ...definition })), skipDuplicates: true });
    },
    put: async ({ name, ...definition }) => {
      const { count } = await db.target.createMany({ data: [{ name, ...definition }], skipDuplicates: true });
      if (count === 0) await db.target.update({ where: { name }, data: definition });
      return { created: count === 1, target: await get(name) };
    },
    service: async (names) => {
      const agents = await db.agent.findMany({
        where: { state: { not: 'offline' }, targets: { hasSome: [...names] } },
        select: { targets: true, health: { where: { status: 'failed' }, select: { targetName: true } } },
      });
      return new Map(
        names.map((name) => {
          const own = agents.filter(({ targets }) => targets.includes(name));
          if (own.length === 0) return [name, 'unserved'];
          const fit = own.some(({ health }) => !health.some(({ targetName }) => targetName === name));
          return [name, fit ? 'served' : 'failing'];
        }),
      );
    },
    list: async () => {
      const rows = await db.target.findMany({ orderBy: { name: 'asc' } });
      const render = await fleetOf(
        db,
        rows.map(({ name }) => name),
      );
      return rows.map(render);
    },
  };
}

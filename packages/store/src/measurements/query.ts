import { type Measurement, type MeasurementKind, type MeasurementStatus, resolveSpec } from '@espalier/contracts';
import type { Queries } from '../database.js';
import { StoreError } from '../errors.js';
import { type Page, type PageRequest, pageOf, pageQuery } from '../page.js';
import { specKeyOf } from './identity.js';
import { renderMeasurement, withoutDetails } from './rows.js';

/** Which measurements to list. */
export interface MeasurementFilter extends PageRequest {
  readonly modelId?: string;
  readonly subject?: string;
  readonly target?: string;
  readonly status?: MeasurementStatus;
  readonly kind?: MeasurementKind;
  /** What is missing in it takes its default; the provider is the target's. */
  readonly spec?: object;
}

export const unknownMeasurement = (id: string) =>
  new StoreError('measurement-unknown', `There is no measurement ${id}`);

/** One measurement with all its details. @throws StoreError `measurement-unknown` */
export async function getMeasurement(db: Queries, id: string): Promise<Measurement> {
  const row = await db.measurement.findUnique({ where: { id } });
  if (row === null) throw unknownMeasurement(id);
  return renderMeasurement(row);
}

/** Those of some ids that are there, without details, in no order. */
export async function briefMeasurements(db: Queries, ids: readonly string[]): Promise<Measurement[]> {
  const rows = await db.measurement.findMany({ where: { id: { in: [...ids] } }, omit: withoutDetails });
  return rows.map(renderMeasurement);
}

/** The keys that a spec has on the targets that are asked for. */
async function specKeysOf(db: Queries, spec: object, target: string | undefined): Promise<string[]> {
  const targets = await db.target.findMany({
    where: target === undefined ? {} : { name: target },
    select: { provider: true },
    distinct: ['provider'],
  });
  return targets.map(({ provider }) => specKeyOf(resolveSpec({ ...spec, provider })));
}

/** A page, newest first, without details. @throws StoreError `cursor-invalid`, ContractError for a spec out of range */
export async function listMeasurements(
  db: Queries,
  { modelId, subject, target, status, kind, spec, ...page }: MeasurementFilter,
): Promise<Page<Measurement>> {
  const { after, ...query } = pageQuery(page);
  const where = {
    AND: after,
    ...(modelId === undefined ? {} : { modelId }),
    ...(subject === undefined ? {} : { subjectId: subject }),
    ...(target === undefined ? {} : { targetName: target }),
    ...(status === undefined ? {} : { status }),
    ...(kind === undefined ? {} : { kind }),
    ...(spec === undefined ? {} : { specKey: { in: await specKeysOf(db, spec, target) } }),
  };
  return pageOf(await db.measurement.findMany({ where, ...query, omit: withoutDetails }), page, renderMeasurement);
}

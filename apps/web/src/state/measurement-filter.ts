import type { MeasurementKind, MeasurementStatus } from '@espalier/contracts';

/** Which measurements a list shows; part of its address, so that it can be passed on. */
export interface MeasurementFilter {
  readonly modelId?: string;
  readonly target?: string;
  readonly status?: MeasurementStatus;
  readonly kind?: MeasurementKind;
  readonly subject?: string;
}

/** States of a measurement that one can filter by. */
export const STATUSES = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
] as const satisfies readonly MeasurementStatus[];

/** Kinds of measurements. */
export const KINDS = ['latency', 'profile', 'score'] as const satisfies readonly MeasurementKind[];

const known = <Value extends string>(values: readonly Value[], text: string | null): Value | undefined =>
  values.find((value) => value === text);

/** The filter that an address asks for; what it does not know is as if it were not there. */
export function filterOf(search: URLSearchParams): MeasurementFilter {
  const status = known(STATUSES, search.get('status'));
  const kind = known(KINDS, search.get('kind'));
  const modelId = search.get('model');
  const target = search.get('target');
  const subject = search.get('subject');
  return {
    ...(modelId ? { modelId } : {}),
    ...(target ? { target } : {}),
    ...(status === undefined ? {} : { status }),
    ...(kind === undefined ? {} : { kind }),
    ...(subject ? { subject } : {}),
  };
}

/** The address of a list. */
export function listPath({ modelId, ...others }: MeasurementFilter): string {
  const search = new URLSearchParams({ ...(modelId === undefined ? {} : { model: modelId }), ...others });
  return search.size === 0 ? '/measurements' : `/measurements?${search.toString()}`;
}

/** More curves than this cannot be told apart, and each one brings all its samples. */
export const MOST_COMPARED = 12;

/** The address of a comparison. */
export const comparePath = (ids: readonly string[]): string => `/compare?ids=${ids.join(',')}`;

/** The measurements that an address asks to compare, each once. */
export function comparedIds(search: URLSearchParams): readonly string[] {
  const ids = (search.get('ids') ?? '').split(',').filter((id) => id !== '');
  return [...new Set(ids)].slice(0, MOST_COMPARED);
}

import type { MeasurementSpec } from '@espalier/contracts';
import { keyOf } from '../stored.js';

/** The spec as it counts in an identity: what only scores have is left out elsewhere, so that identities from before stay. */
export function identifying({ scoring, ...spec }: MeasurementSpec): object {
  return scoring === null ? spec : { ...spec, scoring };
}

/** What two equal specs have in common. */
export const specKeyOf = (spec: MeasurementSpec): string => keyOf(identifying(spec));

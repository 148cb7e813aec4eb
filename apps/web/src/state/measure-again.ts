import type { MeasurementInput } from '@espalier/client';
import type { Measurement } from '@espalier/contracts';

/** Asks for the same measurement once more, as a new one. The provider follows from the target. */
export function againOf({ kind, subject, control, target, spec }: Measurement): MeasurementInput {
  const { provider: _fromTarget, ...asked } = spec;
  return { kind, subject, target, spec: asked, fresh: true, ...(control === null ? {} : { control }) };
}

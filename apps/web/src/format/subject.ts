import type { Measurement, Model } from '@espalier/contracts';
import { formatSha } from './shape.js';

/**
 * What a measurement measures, as people call it: the model's name, or `NAME, pruned` for a candidate made from it;
 * the start of the hash when the model is not among those known.
 */
export function subjectName(
  subject: string,
  measurement: Pick<Measurement, 'modelId'> | undefined,
  models: ReadonlyMap<string, Pick<Model, 'name'>>,
): string {
  const whole = models.get(subject);
  if (whole !== undefined) return whole.name;
  const base = measurement?.modelId == null ? undefined : models.get(measurement.modelId);
  return base === undefined ? `artifact ${formatSha(subject)}` : `${base.name}, pruned`;
}

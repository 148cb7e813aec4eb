import type { MeasurementSpec, ScoreResult } from '@espalier/contracts';
import type { Queries } from '../database.js';
import { saveBlockScores, saveFilterScores } from '../scores.js';

/** A measurement of kind `score`, as far as its scores are kept by it. */
export interface ScoredMeasurement {
  readonly modelId: string | null;
  readonly spec: MeasurementSpec;
}

/** Makes what a measurement found the scores of its model by that criterion: of its blocks, or the rates of its filters. */
export async function keepScores(
  db: Queries,
  { modelId, spec: { scoring } }: ScoredMeasurement,
  { scores, groups }: Pick<ScoreResult, 'scores' | 'groups'>,
): Promise<void> {
  if (modelId === null || scoring === null) return;
  const { criterion, granularity, reduction, filterCriterion } = scoring;
  const source = 'calibration';
  if (criterion !== 'sensitivity') {
    await saveBlockScores(db, modelId, { criterion, granularity, reduction }, { source, scores });
    return;
  }
  const rates = Object.fromEntries(groups.map(({ group, rate }) => [group, rate]));
  const known = { scores: {}, keep: {}, rates, orderedBy: filterCriterion };
  await saveFilterScores(db, modelId, criterion, { source, known });
}

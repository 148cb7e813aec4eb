import type { ScoreResult } from '@espalier/contracts';
import type { CommandContext } from '../context.js';
import { type ModelSource, sha256Of } from '../model-source.js';
import { startProgress } from '../output/progress.js';
import { type ScoreOptions, scoringSpecOf } from './score-options.js';

/**
 * Scores a model on calibration data in a process of its own, and shows how far that is.
 * @throws ScoringError and MeasureError of `score`
 */
export async function scoreOnData(
  { path }: ModelSource,
  datasetPath: string,
  options: ScoreOptions,
  { terminal, signal }: CommandContext,
): Promise<ScoreResult> {
  const { score } = await import('@espalier/scoring');
  const spec = scoringSpecOf(options, await sha256Of(datasetPath));
  const progress = startProgress(terminal);
  try {
    return await score(
      { modelPath: path, datasetPath, spec, threads: options.threads },
      {
        signal,
        onProgress: ({ phase, runs, plannedRuns, remainingMs }) =>
          progress.update({
            share: plannedRuns === undefined ? 0 : runs / plannedRuns,
            stage: phase,
            detail: plannedRuns === undefined ? `${runs} passes` : `${runs} of ${plannedRuns} passes`,
            remainingSeconds: remainingMs === undefined ? undefined : remainingMs / 1000,
          }),
      },
    );
  } finally {
    progress.stop();
  }
}

import type { MeasurementProgress, MeasurementSpec } from '@espalier/contracts';
import { compare, measure } from '@espalier/measure';
import type { CommandContext } from '../context.js';
import { type Progress, startProgress } from '../output/progress.js';
import type { Outcome } from './outcome.js';

/** Models to measure in the same rounds, and how. */
export interface MeasuringRequest {
  readonly models: readonly { readonly name: string; readonly path: string }[];
  /** The last of the models is a control: something to be told the ratio to. */
  readonly withControl: boolean;
  readonly inputDataPath: string | undefined;
  readonly specs: readonly MeasurementSpec[];
}

/** One combination in words: `batch 4, 2 threads`. */
export function combinationText({ batch, threads }: MeasurementSpec): string {
  return `batch ${batch}, ${threads === 0 ? 'default threads' : threads === 1 ? '1 thread' : `${threads} threads`}`;
}

/** Shows the progress of a measurement; after the first of its processes, each new one is no new stage. */
export function progressTeller(progress: Progress, prefix = ''): (state: MeasurementProgress) => void {
  let share = 0;
  return ({ phase, process = 1, runs, relativeHalfWidth, elapsedMs, remainingMs }) => {
    if (remainingMs !== undefined) share = elapsedMs / (elapsedMs + remainingMs);
    progress.update({
      share,
      stage: `${prefix}${process > 1 ? 'sampling' : phase.replace('-', ' ')}`,
      detail: [
        ...(process > 1 ? [`process ${process}`] : []),
        `${runs} runs`,
        ...(relativeHalfWidth === undefined ? [] : [`±${(relativeHalfWidth * 100).toFixed(1)} %`]),
      ].join(', '),
      remainingSeconds: remainingMs === undefined ? undefined : remainingMs / 1000,
    });
  };
}

/** Measures all models of a request under each of its specs, one spec after the other, and shows how far that is. */
export async function runMeasurements(
  { models, withControl, inputDataPath, specs }: MeasuringRequest,
  { terminal, signal }: CommandContext,
): Promise<readonly Outcome[]> {
  const names = models.map(({ name }) => name);
  const paths = models.map(({ path }) => path);
  const [subjectPath = '', otherPath] = paths;
  const progress = startProgress(terminal);
  const outcomes: Outcome[] = [];
  try {
    for (const [index, spec] of specs.entries()) {
      const prefix = specs.length === 1 ? '' : `${index + 1} of ${specs.length} (${combinationText(spec)}): `;
      const options = { signal, onProgress: progressTeller(progress, prefix) };
      if (paths.length > 1 && !withControl) {
        const result = await compare({ paths, inputDataPath, spec }, options);
        outcomes.push({ kind: 'comparison', spec, names, result });
      } else {
        const controlPath = withControl ? otherPath : undefined;
        const result = await measure({ subjectPath, controlPath, inputDataPath, spec }, options);
        outcomes.push({ kind: 'measurement', spec, names, result });
      }
    }
  } finally {
    progress.stop();
  }
  return outcomes;
}

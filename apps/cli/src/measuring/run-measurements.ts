import type { MeasurementProgress, MeasurementSpec } from '@espalier/contracts';
import { compare, measure, MeasureError, type MeasureOptions } from '@espalier/measure';
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

/** What came out, and which combinations of a sweep could not be measured. */
export interface Measurements {
  readonly outcomes: readonly Outcome[];
  readonly failures: readonly { readonly spec: MeasurementSpec; readonly cause: MeasureError }[];
}

async function measureOnce(
  { models, withControl, inputDataPath }: MeasuringRequest,
  spec: MeasurementSpec,
  options: MeasureOptions,
): Promise<Outcome> {
  const names = models.map(({ name }) => name);
  const paths = models.map(({ path }) => path);
  if (paths.length > 1 && !withControl) {
    return { kind: 'comparison', spec, names, result: await compare({ paths, inputDataPath, spec }, options) };
  }
  const [subjectPath = '', otherPath] = paths;
  const request = { subjectPath, controlPath: withControl ? otherPath : undefined, inputDataPath, spec };
  return { kind: 'measurement', spec, names, result: await measure(request, options) };
}

/**
 * Measures all models of a request under each of its specs, one spec after the other, and shows how far that is. In a sweep
 * a combination that fails (a batch that does not fit into memory, say) does not cost the others.
 * @throws MeasureError when nothing could be measured, or `cancelled`
 */
export async function runMeasurements(
  request: MeasuringRequest,
  { terminal, signal }: CommandContext,
): Promise<Measurements> {
  const { specs } = request;
  const progress = startProgress(terminal);
  const outcomes: Outcome[] = [];
  const failures: Measurements['failures'][number][] = [];
  try {
    for (const [index, spec] of specs.entries()) {
      const prefix = specs.length === 1 ? '' : `${index + 1} of ${specs.length} (${combinationText(spec)}): `;
      try {
        outcomes.push(await measureOnce(request, spec, { signal, onProgress: progressTeller(progress, prefix) }));
      } catch (cause) {
        if (!(cause instanceof MeasureError) || cause.code === 'cancelled') throw cause;
        failures.push({ spec, cause });
      }
    }
  } finally {
    progress.stop();
  }
  const [failure] = failures;
  if (outcomes.length === 0 && failure !== undefined) throw failure.cause;
  return { outcomes, failures };
}

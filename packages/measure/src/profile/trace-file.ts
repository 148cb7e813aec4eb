import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MeasureError } from '../measure-error.js';
import { type TracedRun, tracedRuns } from './trace-events.js';

/** A trace is parsed at once, which takes several times its size in memory. */
const LARGEST_TRACE_BYTES = 256 * 1024 * 1024;

/**
 * Reads the trace that a profiled session wrote: onnxruntime puts the time behind the prefix that it was given.
 * @throws MeasureError `probe-crashed` when there is none, or it is too large or of another form
 */
export async function readTrace(filePrefix: string): Promise<readonly TracedRun[]> {
  const folder = dirname(filePrefix);
  const prefix = basename(filePrefix);
  const file = (await readdir(folder)).find((name) => name.startsWith(prefix) && name.endsWith('.json'));
  if (file === undefined) throw new MeasureError('probe-crashed', 'onnxruntime wrote no profile');
  const path = join(folder, file);
  const { size } = await stat(path);
  if (size > LARGEST_TRACE_BYTES) {
    throw new MeasureError('probe-crashed', `the profile takes ${size} bytes, too many to read`, {
      hint: 'profile fewer runs (maxRuns)',
    });
  }
  const trace: unknown = JSON.parse(await readFile(path, 'utf8'));
  return tracedRuns(trace);
}

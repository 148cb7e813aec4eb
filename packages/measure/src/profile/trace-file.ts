import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { MeasureError } from '../measure-error.js';
import { TraceCollector, type TracedRun } from './trace-events.js';

async function pathOf(filePrefix: string): Promise<string> {
  const folder = dirname(filePrefix);
  const prefix = basename(filePrefix);
  const file = (await readdir(folder)).find((name) => name.startsWith(prefix) && name.endsWith('.json'));
  if (file === undefined) throw new MeasureError('probe-crashed', 'onnxruntime wrote no profile');
  return join(folder, file);
}

/** A line of the array without the comma behind it; undefined for its brackets. */
function eventIn(line: string): unknown {
  const text = line.trim().replace(/,$/, '');
  if (text === '' || text === '[' || text === ']') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MeasureError('probe-crashed', "onnxruntime's profile has a line that is no event", { cause });
  }
}

/**
 * Reads the trace that a profiled session wrote, a JSON array with an event a line. onnxruntime puts the time behind the
 * prefix that it was given.
 * @throws MeasureError `probe-crashed` when there is none, or it has another form
 */
export async function readTrace(filePrefix: string): Promise<readonly TracedRun[]> {
  const trace = new TraceCollector();
  const input = createReadStream(await pathOf(filePrefix), 'utf8');
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const event = eventIn(line);
    if (event !== undefined) trace.add(event);
  }
  return trace.runs();
}

// Inspect, remove blocks and write a 100 MB model, each time in a fresh process whose peak memory is read at the end.
// Seconds count from the bytes on disk to the pruned file on disk, without the traced run that learns the shapes; memory is
// the peak of the whole process over the size of the file.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { traceShapes } from '@espalier/measure';
import { writeModelFile } from '@espalier/onnx';
import { buildZooModel } from '@espalier/zoo';
import type { Bench } from './bench.js';
import type { SurgeryFigures, SurgeryWork } from './surgery-child.js';

const RUNS = { quick: 3, full: 9 };

function isFigures(message: unknown): message is SurgeryFigures {
  return typeof message === 'object' && message !== null && 'seconds' in message && 'peakRssBytes' in message;
}

async function inFreshProcess(work: SurgeryWork): Promise<SurgeryFigures> {
  const child = fork(new URL('./surgery-child.js', import.meta.url), [], { serialization: 'advanced' });
  child.send(work);
  const [message]: unknown[] = await once(child, 'message');
  if (!isFigures(message)) throw new Error('the process answered with something else than figures');
  return message;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Graph surgery on a large model: time and memory. */
export const surgery: Bench = {
  name: 'surgery',
  summary: 'inspect, remove blocks and write a 100 MB model: seconds, and peak memory over file size',
  goals: { seconds100MB: { atMost: 1.5 }, peakOverFile: { atMost: 4 } },
  async run({ quick, progress }) {
    const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
    try {
      progress('building ResNet-50 and learning its shapes');
      const path = join(folder, 'resnet50.onnx');
      await writeModelFile(buildZooModel('resnet50'), path);
      const { size } = await stat(path);
      const { shapes } = await traceShapes(path);
      const runs: SurgeryFigures[] = [];
      for (let run = 1; run <= (quick ? RUNS.quick : RUNS.full); run += 1) {
        progress(`run ${run}`);
        runs.push(await inFreshProcess({ path, output: join(folder, 'pruned.onnx'), shapes }));
      }
      return {
        figures: {
          seconds100MB: (median(runs.map(({ seconds }) => seconds)) * 100e6) / size,
          peakOverFile: Math.max(...runs.map(({ peakRssBytes }) => peakRssBytes)) / size,
          fileBytes: size,
        },
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

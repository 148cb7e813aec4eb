// The part of the surgery benchmark that is timed, in a process of its own. It is sent the work, answers with the figures
// and ends.
import { readFileSync } from 'node:fs';
import { readModelFile, writeModelFile } from '@espalier/onnx';
import { findBlocks, removeBlocks, type TensorShapes } from '@espalier/pruning';

/** What to prune, and where to. */
export interface SurgeryWork {
  readonly path: string;
  readonly output: string;
  readonly shapes: TensorShapes;
}

/** What it took. */
export interface SurgeryFigures {
  readonly seconds: number;
  readonly peakRssBytes: number;
}

async function prune({ path, output, shapes }: SurgeryWork): Promise<void> {
  const model = await readModelFile(path);
  const removable = findBlocks(model, shapes, 'block').filter((block) => block.removable);
  const remove = removable.filter((_, position) => position % 2 === 0).map(({ index }) => index);
  await writeModelFile(removeBlocks(model, shapes, { granularity: 'block', remove }).model, output);
}

/**
 * Peak resident memory of this process. Linux counts it since the program was loaded; `maxRSS` begins with the size of the
 * process that forked this one.
 */
function peakRssBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

async function answer(work: SurgeryWork): Promise<SurgeryFigures> {
  const startedAt = performance.now();
  await prune(work);
  return { seconds: (performance.now() - startedAt) / 1000, peakRssBytes: peakRssBytes() };
}

process.once('message', (work: SurgeryWork) => {
  void answer(work).then((figures) => process.send?.(figures, () => process.disconnect()));
});

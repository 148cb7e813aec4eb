// The part of the surgery benchmark that is timed, in a process of its own. It is sent the work, answers with the figures
// and ends.
import { readModelFile, writeModelFile } from '@espalier/onnx';
import { findBlocks, removeBlocks, type TensorShapes } from '@espalier/pruning';

/** What to prune, and where to. `nothing`: do nothing, so that an empty process can be compared. */
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

async function answer(work: SurgeryWork | 'nothing'): Promise<SurgeryFigures> {
  const startedAt = performance.now();
  if (work !== 'nothing') await prune(work);
  return { seconds: (performance.now() - startedAt) / 1000, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
}

process.once('message', (work: SurgeryWork | 'nothing') => {
  void answer(work).then((figures) => process.send?.(figures, () => process.disconnect()));
});

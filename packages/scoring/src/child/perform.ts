import type { MeasurementProgress } from '@espalier/contracts';
import { elementTypeNamed, inlineExternalData, readModelFile } from '@espalier/onnx';
import { openDataset } from '../dataset/open-dataset.js';
import { type Scored, scoreModel } from '../score-model.js';
import type { ScoreOrder } from './messages.js';

/** Does what the child process is asked. @throws what `scoreModel`, `openDataset` and `readModelFile` throw */
export async function perform(
  { modelPath, datasetPath, spec, threads, shapes, workDir }: ScoreOrder,
  onProgress: (progress: MeasurementProgress) => void,
): Promise<Scored> {
  const dataset = await openDataset(datasetPath, { workDir });
  try {
    return await scoreModel({
      model: await inlineExternalData(await readModelFile(modelPath)),
      shapes: new Map(
        shapes.map(({ name, elementType, dims }) => [name, { elementType: elementTypeNamed(elementType), dims }]),
      ),
      dataset,
      spec,
      runtime: { workDir, threads },
      onProgress,
      now: () => performance.now(),
    });
  } finally {
    await dataset.close();
  }
}

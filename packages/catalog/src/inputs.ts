import { readFile } from 'node:fs/promises';
import type { InputData } from '@espalier/contracts';
import { readInputData } from '@espalier/measure';
import type { StagedArtifact } from '@espalier/store';

/**
 * Keeps uploaded input data once it was read and found good. A file that is no good is discarded; the same file again is the
 * same data. The whole file is held in memory: whoever receives it sets the limit.
 * @throws MeasureError `input-data-invalid`; StoreError `disk-full`
 */
export async function addInputData(staged: StagedArtifact): Promise<InputData> {
  try {
    const arrays = readInputData(await readFile(staged.path));
    const { sha256, sizeBytes } = await staged.keep('inputs');
    return {
      sha256,
      sizeBytes,
      arrays: [...arrays].map(([name, { elementType, shape }]) => ({ name, elementType, shape: [...shape] })),
    };
  } finally {
    await staged.discard();
  }
}

import type { Measurement } from '@espalier/contracts';
import { profileByBlock } from '@espalier/measure';
import type { Store } from '@espalier/store';
import { blocksOf } from './blocks.js';

/**
 * A measurement with all its details. A profile is added up by the blocks of the model that its subject is, or was made from:
 * nodes keep their names in candidates, and a block that was removed takes no time.
 * @throws StoreError `measurement-unknown`
 */
export async function measurementOf(store: Store, id: string): Promise<Measurement> {
  const measurement = await store.measurements.get(id);
  const { profile, modelId } = measurement;
  if (profile === null || modelId === null) return measurement;
  return { ...measurement, profile: profileByBlock(profile, await blocksOf(store, modelId, 'block')) };
}

import { ZooError } from './errors.js';

/** @throws ZooError `block-not-removable` when a block that is to be left out is not one of `removable` */
export function assertOmittable(omit: readonly number[], removable: readonly number[]): void {
  for (const block of omit) {
    if (!removable.includes(block)) {
      throw new ZooError('block-not-removable', `block ${block} cannot be left out`, {
        hint: `blocks that can: ${removable.join(', ')}`,
      });
    }
  }
}

import { blockSetKey } from '../latency/block-set.js';
import type { MeasurementWish, PlanSetup } from './state.js';

/** The base model alone, on every target. */
export function baseWishes({ targets }: PlanSetup): readonly MeasurementWish[] {
  return targets.map(({ target }) => ({ key: `${target}/base`, target, purpose: 'base', removed: [], sharper: 1 }));
}

/** Every block removed by itself, on every target. */
export function ablationWishes({ targets }: PlanSetup, blocks: readonly number[]): readonly MeasurementWish[] {
  return targets.flatMap(({ target }) =>
    blocks.map((index) => ({
      key: `${target}/without/${index}`,
      target,
      purpose: 'ablation' as const,
      removed: [index],
      sharper: 1,
    })),
  );
}

/** A chosen set, on every target. */
export function verificationWishes(
  { targets }: PlanSetup,
  removed: readonly number[],
  sharper: number,
): readonly MeasurementWish[] {
  return targets.map(({ target }) => ({
    key: `${target}/verify/${blockSetKey(removed)}/${sharper}`,
    target,
    purpose: 'verification',
    removed,
    sharper,
  }));
}

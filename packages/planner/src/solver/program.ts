import type { Cone, LinearRow } from './cone.js';
import { coneUpper } from './cone.js';

/** The exact 0/1 program over the free blocks: minimise cost·x under every cone, a count and some forbidden sets. */
export interface Program {
  /** Free blocks; x has one entry for each. */
  readonly size: number;
  /** What is lost by removing each block. */
  readonly cost: Float64Array;
  readonly cones: readonly Cone[];
  readonly minCount: number;
  readonly maxCount: number;
  /** Keys (`positionKey`) of sets that are no answer. */
  readonly excluded: ReadonlySet<string>;
}

/** The key of a set of positions in ascending order. */
export function positionKey(positions: readonly number[]): string {
  return positions.join(',');
}

/** Whether a set of positions (ascending) is an answer. Exact: no tolerance. */
export function isFeasible(program: Program, positions: readonly number[]): boolean {
  return (
    positions.length >= program.minCount &&
    positions.length <= program.maxCount &&
    program.cones.every((cone) => coneUpper(cone, positions) <= 1) &&
    !program.excluded.has(positionKey(positions))
  );
}

/** The limits on the number of removed blocks that can bind. */
export function countRows({ size, minCount, maxCount }: Program): readonly LinearRow[] {
  const rows: LinearRow[] = [];
  if (minCount > 0) rows.push({ coefficients: new Float64Array(size).fill(1), lower: minCount });
  if (maxCount < size) rows.push({ coefficients: new Float64Array(size).fill(-1), lower: -maxCount });
  return rows;
}

import type { Cone, LinearRow } from './cone.js';
import { coneUpper } from './cone.js';

/** At most so many of some positions go. */
export interface GroupLimit {
  readonly positions: readonly number[];
  readonly maxCount: number;
}

/** The exact 0/1 program over the free blocks: minimise cost·x under every cone, counts and some forbidden sets. */
export interface Program {
  /** Free blocks; x has one entry for each. */
  readonly size: number;
  /** What is lost by removing each block. */
  readonly cost: Float64Array;
  readonly cones: readonly Cone[];
  readonly minCount: number;
  readonly maxCount: number;
  readonly groups: readonly GroupLimit[];
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
    program.groups.every((group) => keepsGroup(group, positions)) &&
    program.cones.every((cone) => coneUpper(cone, positions) <= 1) &&
    !program.excluded.has(positionKey(positions))
  );
}

function keepsGroup(group: GroupLimit, positions: readonly number[]): boolean {
  return positions.filter((position) => group.positions.includes(position)).length <= group.maxCount;
}

/** Whether the counts alone leave nothing, not even before any limit is looked at. */
export function hasImpossibleCount({ minCount, maxCount, groups }: Program): boolean {
  return maxCount < minCount || groups.some((group) => group.maxCount < 0);
}

/** The limits on the number of removed blocks that can bind. */
export function countRows({ size, minCount, maxCount, groups }: Program): readonly LinearRow[] {
  const rows: LinearRow[] = [];
  if (minCount > 0) rows.push({ coefficients: new Float64Array(size).fill(1), lower: minCount });
  if (maxCount < size) rows.push({ coefficients: new Float64Array(size).fill(-1), lower: -maxCount });
  for (const group of groups) {
    if (group.maxCount >= group.positions.length) continue;
    const coefficients = new Float64Array(size);
    for (const position of group.positions) coefficients[position] = -1;
    rows.push({ coefficients, lower: -group.maxCount });
  }
  return rows;
}

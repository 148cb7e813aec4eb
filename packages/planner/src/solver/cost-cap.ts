import type { Cone } from './cone.js';
import type { Program } from './program.js';

/** The condition cost·x ≤ most as one more limit of a program, without uncertainty, in the unit of the mean cost. */
export function costCap({ cost, size }: Program, most: number): Cone {
  const nothing = new Float64Array(size);
  return {
    z: 0,
    mean0: 1 - most,
    mean: cost,
    constant: 0,
    diagonal: nothing,
    form: { constant: 0, cross: nothing, matrix: new Float64Array(size * size), support: [] },
  };
}

import { at, dot } from '../latency/vector.js';
import { halfGradient, type Cone, type LinearRow } from './cone.js';

/** Bounds on a cone's independent variance c + d·x, for every answer that still matters. */
export interface VarianceRange {
  readonly low: number;
  readonly high: number;
}

/** The affine function constant + coefficients·x. */
interface Affine {
  readonly constant: number;
  readonly coefficients: Float64Array;
}

/** The limit without its uncertainty, which is never negative: mean₀ + mean·x ≤ 1. */
export function meanRow({ mean, mean0 }: Cone): LinearRow {
  return { coefficients: mean.map((value) => -value), lower: mean0 - 1 };
}

/** A half-space that holds, and how far a point is beyond it. */
export interface ConeCut {
  readonly violation: number;
  readonly row: LinearRow;
}

/**
 * How far the relaxed upper(x) is beyond 1 at a (possibly fractional) point, and a half-space that cuts the point off if so
 * and holds for every set of blocks within the limit.
 *
 * With s(x) = √(c + d·x) the root is the norm of (s, affine function), so by Cauchy and Schwarz, with hats at the point,
 * √(s² + q) ≥ (ŝ·s(x) + q̂(x)) / √(ŝ² + q(x̂)), q̂(x) = q₀ + w·x̂ + (w + R·x̂)·x: the cut of outer approximation (Duran &
 * Grossmann 1986). Below s(x) lies an affine function: here the support of its increments.
 */
export function supportCut(cone: Cone, x: Float64Array): ConeCut {
  return cutThrough(cone, x, submodularSupport(cone, x));
}

/** The same with the chord of s(x) over a range, for sets whose independent variance lies in it. */
export function chordCut(cone: Cone, x: Float64Array, range: VarianceRange): ConeCut {
  return cutThrough(cone, x, chordSupport(cone, range));
}

function cutThrough(cone: Cone, x: Float64Array, independent: Affine): ConeCut {
  const independentHere = independent.constant + dot(independent.coefficients, x);
  const gradient = halfGradient(cone.form, x);
  const formConstant = cone.form.constant + dot(cone.form.cross, x);
  const root = Math.sqrt(Math.max(0, independentHere ** 2 + formConstant + dot(gradient, x)));
  const slope = root === 0 ? 0 : cone.z / root;
  const coefficients = cone.mean.map(
    (value, position) =>
      -(value + slope * (independentHere * at(independent.coefficients, position) + at(gradient, position))),
  );
  const lower = cone.mean0 + slope * (independentHere * independent.constant + formConstant) - 1;
  return { violation: lower - dot(coefficients, x), row: { coefficients, lower } };
}

/** The most by which the chord is below the root over the range, times z: what a cone is relaxed by. */
export function chordError({ z }: Cone, { low, high }: VarianceRange): number {
  const [a, b] = [Math.sqrt(low), Math.sqrt(high)];
  return a + b === 0 ? 0 : (z * (b - a) ** 2) / (4 * (a + b));
}

/** low ≤ c + d·x ≤ high, in the unit of the upper end. */
export function rangeRows({ constant, diagonal }: Cone, { low, high }: VarianceRange): readonly LinearRow[] {
  if (!(high > 0) || !Number.isFinite(high)) return [];
  const scaled = diagonal.map((value) => value / high);
  return [
    { coefficients: scaled, lower: (low - constant) / high },
    { coefficients: scaled.map((value) => -value), lower: (constant - high) / high },
  ];
}

/**
 * The support of √(c + d·x) at x over sets: its increments along the positions in descending order of x. In c + d·x,
 * x_i² = x_i was used, which makes the root submodular, and this is its Lovász extension (the polymatroid cut of Atamtürk &
 * Narayanan 2008). Without it fractions of many blocks would look far less uncertain than any set is.
 */
function submodularSupport({ constant, diagonal }: Cone, x: Float64Array): Affine {
  const coefficients = new Float64Array(x.length);
  let variance = constant;
  for (const position of [...x.keys()].sort((a, b) => at(x, b) - at(x, a) || a - b)) {
    const before = Math.sqrt(variance);
    variance += at(diagonal, position);
    coefficients[position] = Math.sqrt(variance) - before;
  }
  return { constant: Math.sqrt(constant), coefficients };
}

/** The chord of the root, which is concave in the variance, over the range: nearly exact when the range is narrow. */
function chordSupport({ constant, diagonal }: Cone, { low, high }: VarianceRange): Affine {
  const slope = 1 / (Math.sqrt(low) + Math.sqrt(high));
  if (!Number.isFinite(slope)) return { constant: 0, coefficients: new Float64Array(diagonal.length) };
  return { constant: Math.sqrt(low) + slope * (constant - low), coefficients: diagonal.map((value) => slope * value) };
}

/**
 * upper(x) ≤ 1 with the root replaced by its tangent in (c + d·x, q) at a point. The root is concave in c + d·x, so this
 * hardly lets anything through that breaks the limit, and little of what keeps it is lost near the point: a place to look
 * for good sets, not a bound.
 */
export function tangentRow(cone: Cone, x: Float64Array): LinearRow {
  const gradient = halfGradient(cone.form, x);
  const independent = cone.constant + dot(cone.diagonal, x);
  const formConstant = cone.form.constant + dot(cone.form.cross, x);
  const variance = independent + formConstant + dot(gradient, x);
  const slope = variance > 0 ? cone.z / (2 * Math.sqrt(variance)) : 0;
  return {
    coefficients: cone.mean.map(
      (value, position) => -(value + slope * (at(cone.diagonal, position) + 2 * at(gradient, position))),
    ),
    lower: cone.mean0 + slope * (variance + cone.constant + formConstant - dot(gradient, x)) - 1,
  };
}

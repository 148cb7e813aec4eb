import type { Criterion } from '@espalier/contracts';

/** The criteria that a person can choose, the default first. */
export const CRITERIA: readonly { readonly value: Criterion; readonly text: string }[] = [
  { value: 'l2', text: 'L2 norm' },
  { value: 'l1', text: 'L1 norm' },
  { value: 'l2-normalised', text: 'L2 norm, by fan-in' },
  { value: 'l1-normalised', text: 'L1 norm, by fan-in' },
  { value: 'bn-scale', text: 'BN scale' },
  { value: 'random', text: 'Random' },
];

/** A criterion in words. */
export function criterionName(criterion: Criterion): string {
  return CRITERIA.find(({ value }) => value === criterion)?.text ?? criterion;
}

/** The criterion of that name; undefined: there is none. */
export function criterionOf(text: string | null): Criterion | undefined {
  return CRITERIA.find(({ value }) => value === text)?.value;
}

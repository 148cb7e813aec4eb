import type { FilterCriterion } from '@espalier/contracts';
import type { PruningCode } from '@espalier/pruning';
import type { ModelTrace } from '@espalier/store';

/** What a worker thread is to score. */
export interface FilterScoreOrder {
  /** File of the model. */
  readonly path: string;
  readonly trace: ModelTrace;
  readonly criterion: FilterCriterion;
  readonly seed: number;
}

/** What it found: scores by the name of the group, or why there are none. */
export type FilterScoreAnswer =
  | { readonly kind: 'scored'; readonly scores: Record<string, number[]> }
  | { readonly kind: 'refused'; readonly code: PruningCode; readonly message: string; readonly hint?: string };

const has = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => name in value);

/** Both sides are of one build, so that the form of a message says which it is. */
export const isFilterScoreOrder = (value: unknown): value is FilterScoreOrder =>
  has(value, 'path', 'trace', 'criterion', 'seed');

/** Whether a message of the worker is an answer. */
export const isFilterScoreAnswer = (value: unknown): value is FilterScoreAnswer =>
  has(value, 'kind', 'scores') || has(value, 'kind', 'code', 'message');

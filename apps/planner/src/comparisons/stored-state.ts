import type { ComparisonPaths } from '@espalier/catalog';
import { COMPARISON_STATE_VERSION, type ComparisonState } from '@espalier/planner';
import { StateError } from '../stored-state.js';

/** A candidate that was made for a wish, without its recipe, which names every filter. */
export interface MadeCandidate {
  readonly candidateId: string;
  readonly artifact: string;
  readonly parameters: number;
  readonly macs: number;
  /** Blocks or filters that went. */
  readonly removed: number;
}

/** What a step of a comparison leaves for the next one. */
export interface StoredComparison {
  readonly machine: ComparisonState;
  readonly paths: ComparisonPaths;
  /** By the key of the wish. */
  readonly made: Readonly<Record<string, MadeCandidate>>;
}

function isStoredComparison(value: unknown): value is StoredComparison {
  if (typeof value !== 'object' || value === null || !('machine' in value)) return false;
  const { machine } = value;
  return (
    typeof machine === 'object' &&
    machine !== null &&
    'version' in machine &&
    machine.version === COMPARISON_STATE_VERSION &&
    'paths' in value &&
    'made' in value
  );
}

/**
 * The state that the last step stored; only planners write it, so its version is what is checked.
 * @throws StateError when another version of the planner wrote it
 */
export function readComparison(value: unknown): StoredComparison {
  if (isStoredComparison(value)) return value;
  throw new StateError(`a comparison was stored by another version of the planner than ${COMPARISON_STATE_VERSION}`);
}

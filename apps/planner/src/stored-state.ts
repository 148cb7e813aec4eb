import { PLAN_STATE_VERSION, type PlanState } from '@espalier/planner';

/** A stored state was written by a planner of another version. */
export class StateError extends Error {
  readonly code = 'plan-state-unknown';
}

function isPlanState(value: unknown): value is PlanState {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === PLAN_STATE_VERSION &&
    'phase' in value &&
    'setup' in value
  );
}

/**
 * The state that the last step stored; only planners write it, so its version is what is checked.
 * @throws StateError when another version of the planner wrote it
 */
export function readState(value: unknown): PlanState {
  if (isPlanState(value)) return value;
  throw new StateError(`a plan was stored by another version of the planner than ${PLAN_STATE_VERSION}`);
}

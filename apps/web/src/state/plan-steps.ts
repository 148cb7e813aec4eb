import type { Plan, PlanStatus } from '@espalier/contracts';

/** One step of a plan's way, as the page draws it. */
export interface PlanStep {
  readonly key: 'scoring' | 'measuring' | 'solving' | 'verifying' | 'end';
  readonly label: string;
  readonly state: 'done' | 'current' | 'ahead' | 'stopped';
}

const WORK = ['scoring', 'measuring', 'solving', 'verifying'] as const;

const LABELS: Readonly<Record<(typeof WORK)[number], string>> = {
  scoring: 'Score',
  measuring: 'Measure',
  solving: 'Solve',
  verifying: 'Verify',
};

const END_LABELS: Readonly<Record<PlanStatus, string>> = {
  scoring: 'Verified',
  measuring: 'Verified',
  solving: 'Verified',
  verifying: 'Verified',
  verified: 'Verified',
  infeasible: 'Infeasible',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** How many steps are certainly behind a plan that ended early, from what it has found. */
function stepsDone(plan: Pick<Plan, 'rounds' | 'latencyTable' | 'base'>): number {
  if (plan.rounds.length > 0) return 3;
  if (plan.base !== null) return 1;
  return plan.latencyTable.some(({ importance }) => importance !== null) ? 1 : 0;
}

/**
 * The way of a plan: four steps and its end. Solving and verifying may come round several times; the step that is
 * current is the one that the plan's status names.
 */
export function planSteps(plan: Pick<Plan, 'status' | 'rounds' | 'latencyTable' | 'base'>): readonly PlanStep[] {
  const { status } = plan;
  const end = END_LABELS[status];
  const at = WORK.findIndex((step) => step === status);
  const ended = at < 0;
  const reached = ended ? (status === 'verified' ? WORK.length : stepsDone(plan)) : at;
  const stateOf = (index: number): PlanStep['state'] => {
    if (index < reached) return 'done';
    return !ended && index === at ? 'current' : 'ahead';
  };
  const endState = !ended ? 'ahead' : status === 'verified' ? 'done' : 'stopped';
  return [
    ...WORK.map((key, index) => ({ key, label: LABELS[key], state: stateOf(index) })),
    { key: 'end', label: end, state: endState },
  ];
}

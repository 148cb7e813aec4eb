import { type ComparisonStatus, type CreatePlan, parserOf, Plan, type PlanBudget } from '@espalier/contracts';
import { type Static, Type } from 'typebox';
import type { PlanModel } from '../generated/models/Plan.js';
import { readJson } from '../stored.js';

/** What the planner says of a plan after every step: the plan as the API shows it, less what the store knows itself. */
export const PlanSummary = Type.Omit(Plan, ['id', 'modelId', 'createdAt', 'updatedAt', 'finishedAt']);
export type PlanSummary = Static<typeof PlanSummary>;

const parseSummary = parserOf('summary of a plan', PlanSummary);

/** Before the planner has looked at it. */
export function firstSummary({ criterion, reduction, granularity, budgets, pinned }: CreatePlan): PlanSummary {
  return {
    status: 'scoring',
    criterion,
    reduction,
    granularity,
    budgets: budgets.map(
      (budget): PlanBudget => ({
        target: budget.target,
        statistic: budget.statistic,
        limitMs: 'limitMs' in budget ? budget.limitMs : null,
        ratio: 'ratio' in budget ? budget.ratio : null,
      }),
    ),
    pinned,
    removed: null,
    predicted: null,
    measured: null,
    base: null,
    latencyTable: [],
    rounds: [],
    progress: { done: 0, total: 0, now: null, remainingSeconds: null },
    waitingFor: null,
    lowestReachableMs: null,
    message: null,
    failure: null,
    candidateId: null,
    artifact: null,
  };
}

/** A row as the API shows it, but for what only the running measurements tell. */
export function renderPlan(row: Omit<PlanModel, 'state' | 'request'>): Plan {
  return {
    ...readJson(parseSummary, row.summary),
    id: row.id,
    modelId: row.modelId,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

const FINAL: ReadonlySet<Plan['status'] | ComparisonStatus> = new Set([
  'verified',
  'infeasible',
  'finished',
  'failed',
  'cancelled',
]);

/** Whether a plan or a comparison with this status is over. */
export function isFinal(status: Plan['status'] | ComparisonStatus): boolean {
  return FINAL.has(status);
}

import { Comparison, type CreateComparison, parserOf } from '@espalier/contracts';
import { type Static, Type } from 'typebox';
import type { PlanModel } from '../generated/models/Plan.js';
import { readJson } from '../stored.js';

/** What the planner says of a comparison after every step: the comparison, less what the store knows itself. */
export const ComparisonSummary = Type.Omit(Comparison, ['id', 'modelId', 'createdAt', 'updatedAt', 'finishedAt']);
export type ComparisonSummary = Static<typeof ComparisonSummary>;

const parseSummary = parserOf('summary of a comparison', ComparisonSummary);

/** Before the planner has looked at it. */
export function firstSummary({ budget, criterion, filterCriterion }: CreateComparison): ComparisonSummary {
  return {
    status: 'measuring',
    budget: {
      target: budget.target,
      statistic: budget.statistic,
      limitMs: 'limitMs' in budget ? budget.limitMs : null,
      ratio: 'ratio' in budget ? budget.ratio : null,
    },
    criterion,
    filterCriterion,
    base: null,
    points: [],
    layers: { floor: null, best: null },
    filters: { floor: null, best: null },
    progress: { done: 0, total: 0, now: null, remainingSeconds: null },
    waitingFor: null,
    message: null,
    failure: null,
  };
}

/** A row as the API shows it, but for what only the running measurements tell. */
export function renderComparison(row: Omit<PlanModel, 'state' | 'request'>): Comparison {
  return {
    ...readJson(parseSummary, row.summary),
    id: row.id,
    modelId: row.modelId,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}

import type { Block, Candidate, CreatePlan, LatencyTableRow, PlanRound } from '@espalier/contracts';
import { type PlanState, summarisePlan, type TargetSummary } from '@espalier/planner';
import type { PlanSummary } from '@espalier/store';
import { endingOf } from './wording.js';

const statusOf = ({ phase }: PlanState): PlanSummary['status'] => phase;

/**
 * A plan as the API shows it, from its state.
 * @param candidate the verified candidate; null while there is none, and when nothing was removed
 */
export function summaryOf(
  state: PlanState,
  request: CreatePlan,
  blocks: readonly Block[],
  candidate: Candidate | null,
): PlanSummary {
  const targets = summarisePlan(state);
  const [first] = targets;
  const round = first?.chosen ?? null;
  return {
    status: statusOf(state),
    criterion: request.criterion,
    reduction: request.reduction,
    granularity: request.granularity,
    budgets: request.budgets.map((budget, at) => ({
      target: budget.target,
      statistic: budget.statistic,
      limitMs: targets[at]?.limitMs ?? null,
      ratio: 'ratio' in budget ? budget.ratio : null,
    })),
    pinned: request.pinned,
    removed: state.phase === 'verified' ? [...state.removed] : null,
    predicted: round === null ? null : { p50Ms: round.predicted.p50Ms, ci: [...round.predicted.ci] },
    measured: measuredOf(state, first),
    base: first?.base === null || first === undefined ? null : { ...first.base, ci: [...first.base.ci] },
    latencyTable: rowsOf(blocks, first),
    rounds:
      first?.rounds.map(
        (each, at): PlanRound => ({
          round: at + 1,
          removed: [...each.removed],
          predicted: { p50Ms: each.predicted.p50Ms, ci: [...each.predicted.ci] },
          measured: each.measured === null ? null : { ...each.measured, ci: [...each.measured.ci] },
          ratio: each.ratio === null ? null : { p50: each.ratio.p50, ci: [...each.ratio.ci] },
          limitMs: each.limitMs,
          met: each.met,
        }),
      ) ?? [],
    progress: { done: 0, total: 0, now: null, remainingSeconds: null },
    waitingFor: null,
    lowestReachableMs: state.phase === 'infeasible' ? (state.lowest[0]?.p50Ms ?? null) : null,
    message: endingOf(state, blocks),
    failure: state.phase === 'failed' ? { ...state.failure } : null,
    candidateId: candidate?.id ?? null,
    artifact: candidate?.artifact ?? null,
  };
}

/** Of the last verification; of a budget that the model met as it is: the base, measured. */
function measuredOf(state: PlanState, target: TargetSummary | undefined): PlanSummary['measured'] {
  const measured = state.phase === 'verified' && state.round === null ? target?.base : target?.chosen?.measured;
  return measured === null || measured === undefined ? null : { ...measured, ci: [...measured.ci] };
}

function rowsOf(blocks: readonly Block[], target: TargetSummary | undefined): LatencyTableRow[] {
  const rowOf = new Map(target?.rows.map((row) => [row.index, row]));
  return blocks.map(({ index, name, removable }) => {
    const row = rowOf.get(index);
    return {
      index,
      name,
      removable,
      importance: row?.importance ?? null,
      savingMs: row?.saving?.ms ?? null,
      savingCi: row?.saving === undefined || row.saving === null ? null : [...row.saving.ci],
    };
  });
}

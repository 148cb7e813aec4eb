import type { Interval, LatencyEstimate, RatioEstimate } from '../latency/estimate.js';
import type { LatencyTable } from '../latency/latency-table.js';
import type { PooledBase } from '../latency/pooled-base.js';
import { tablesOf } from './choose.js';
import type { PlanKnowledge, PlanState, Verdict } from './state.js';

/** What a block is worth and what removing it saves. */
export interface SavingRow {
  readonly index: number;
  /** Share of the importance of all blocks that may go. */
  readonly importance: number;
  /** Null until it was measured. */
  readonly saving: { readonly ms: number; readonly ci: Interval } | null;
}

/** One set that was chosen, on one target. */
export interface RoundSummary {
  readonly removed: readonly number[];
  readonly predicted: { readonly p50Ms: number; readonly ci: Interval };
  readonly measured: LatencyEstimate | null;
  readonly ratio: RatioEstimate | null;
  /** In ms; of a ratio, once measured: of the base in the same process. */
  readonly limitMs: number;
  readonly met: boolean;
}

/** What a plan has found on one target, in the numbers of a report. */
export interface TargetSummary {
  readonly target: string;
  /** Null until the base was measured, when the limit is a ratio. */
  readonly limitMs: number | null;
  /** Of the chosen round's control, else pooled over everything measured. */
  readonly base: LatencyEstimate | null;
  readonly rows: readonly SavingRow[];
  readonly rounds: readonly RoundSummary[];
  /** The round that the plan stands by: of a verified plan the verified one, else the last one. */
  readonly chosen: RoundSummary | null;
}

/** The numbers of a plan, per target in the order of its setup. Before the blocks are scored there are none but the limits. */
export function summarisePlan(state: PlanState): readonly TargetSummary[] {
  const knowledge = knowledgeOf(state);
  const measured = knowledge !== undefined && knowledge.data.every(({ base }) => base.length > 0);
  const tables = measured ? tablesOf(state.setup, knowledge) : [];
  return state.setup.targets.map(({ target, limit }, at) => {
    const table = tables[at];
    const chosen = chosenRound(state, knowledge);
    const verdict = knowledge?.rounds[chosen]?.verdicts[at];
    const base = verdict?.measurement.control ?? (table === undefined ? null : estimateOf(table.base));
    const rounds = knowledge?.rounds.flatMap((_, round) => roundOf(knowledge, round, at)) ?? [];
    return {
      target,
      limitMs: 'limitMs' in limit ? limit.limitMs : base === null ? null : limit.ratio * base.p50Ms,
      base,
      rows: knowledge === undefined ? [] : rowsOf(knowledge, table),
      rounds,
      chosen: rounds[chosen] ?? null,
    };
  });
}

/** Position of the round that the plan stands by; −1: there is none. */
function chosenRound(state: PlanState, knowledge: PlanKnowledge | undefined): number {
  if (state.phase === 'verified') return state.round ?? -1;
  return (knowledge?.rounds.length ?? 0) - 1;
}

function knowledgeOf(state: PlanState): PlanKnowledge | undefined {
  if (state.phase === 'scoring') return undefined;
  const { importances, setAside, data, rounds } = state;
  if (importances === undefined || setAside === undefined || data === undefined || rounds === undefined)
    return undefined;
  return { importances, setAside, data, rounds };
}

const estimateOf = ({ p50Ms, ci, n }: PooledBase): LatencyEstimate => ({ p50Ms, ci, n });

function rowsOf({ importances }: PlanKnowledge, table: LatencyTable | undefined): readonly SavingRow[] {
  const total = importances.reduce((sum, { importance }) => sum + importance, 0);
  const savingOf = new Map(table?.savings.map((saving) => [saving.index, saving]));
  return importances.map(({ index, importance }) => {
    const saving = savingOf.get(index);
    return {
      index,
      importance: total > 0 ? importance / total : 0,
      saving: saving?.measured ? { ms: saving.savingMs, ci: saving.ci } : null,
    };
  });
}

function roundOf({ rounds }: PlanKnowledge, round: number, at: number): readonly RoundSummary[] {
  const { removed, predicted, verdicts } = rounds[round] ?? { removed: [], predicted: [], verdicts: [] };
  const expected = predicted[at];
  if (expected === undefined) return [];
  const verdict: Verdict | undefined = verdicts[at];
  return [
    {
      removed,
      predicted: { p50Ms: expected.p50Ms, ci: expected.ci },
      measured: verdict?.measured ?? null,
      ratio: verdict?.measurement.ratio ?? null,
      limitMs: verdict?.limitMs ?? expected.limitMs,
      met: verdict?.met ?? false,
    },
  ];
}

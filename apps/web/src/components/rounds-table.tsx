import type { PlanRound } from '@espalier/contracts';
import { formatLatency, formatMs } from '../format/latency.js';
import { formatNoun, UNKNOWN } from '../format/number.js';
import { predictionError } from '../format/plan.js';
import { Table, type TableColumns } from './table.js';

function Latency({ of }: { readonly of: PlanRound['measured'] | PlanRound['predicted'] }) {
  if (of === null) return UNKNOWN;
  const { value, interval } = formatLatency(of.p50Ms, of.ci);
  return (
    <span>
      {value} <small>({interval})</small>
    </span>
  );
}

function removedText({ removed }: PlanRound): string {
  return removed.length === 0 ? 'nothing' : `${formatNoun(removed.length, 'block')}: ${removed.join(', ')}`;
}

function resultText({ met, measured }: PlanRound): string {
  if (measured === null) return 'being measured';
  return met ? 'within the limit' : 'over the limit';
}

const COLUMNS: TableColumns<PlanRound> = [
  { head: 'Round', cell: ({ round }) => `Round ${round}` },
  { head: 'Removed', cell: removedText },
  { head: 'Predicted', number: true, cell: ({ predicted }) => <Latency of={predicted} /> },
  { head: 'Measured', number: true, cell: ({ measured }) => <Latency of={measured} /> },
  { head: 'Prediction error', number: true, cell: (round) => predictionError(round) ?? UNKNOWN },
  { head: 'Limit', number: true, cell: ({ limitMs }) => formatMs(limitMs) },
  { head: 'Result', cell: resultText },
];

/** Every verification of a plan: what was removed, expected and found. */
export function RoundsTable({ rounds }: { readonly rounds: readonly PlanRound[] }) {
  return <Table caption="Verification rounds" items={rounds} keyOf={({ round }) => String(round)} columns={COLUMNS} />;
}

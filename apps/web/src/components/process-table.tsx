import type { LatencyEstimate, ProcessRuns } from '@espalier/contracts';
import { formatMs } from '../format/latency.js';
import { Table, type TableColumns } from './table.js';

type Row = ProcessRuns & { readonly number: number };

const columnsFor = (statistic: string): TableColumns<Row> => [
  { head: 'Process', cell: ({ number }) => `Process ${number}` },
  { head: statistic, number: true, cell: ({ valueMs }) => formatMs(valueMs) },
  { head: 'Samples', number: true, cell: ({ n }) => n },
  { head: 'Load', number: true, cell: ({ loadMs }) => formatMs(loadMs) },
  { head: 'First run', number: true, cell: ({ firstRunMs }) => formatMs(firstRunMs) },
];

/** What each fresh process contributed. */
export function ProcessTable({
  latency,
  statistic,
}: {
  readonly latency: LatencyEstimate;
  readonly statistic: string;
}) {
  const rows = latency.processes.map((runs, index): Row => ({ ...runs, number: index + 1 }));
  return (
    <Table caption="Processes" items={rows} keyOf={({ number }) => String(number)} columns={columnsFor(statistic)} />
  );
}

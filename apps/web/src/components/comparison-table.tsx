import type { Interval, Statistic } from '@espalier/contracts';
import { Link } from 'wouter';
import { formatLatency, formatMs } from '../format/latency.js';
import { formatFixed, UNKNOWN } from '../format/number.js';
import { formatRatio, standOf } from '../format/ratio.js';
import { type ComparedRatio, type Measured, overCanary, type RatioBasis } from '../state/comparison.js';
import { statisticOf } from '../state/estimate.js';
import { Table, type TableColumns } from './table.js';

/** A measurement among several, with its ratio to the reference; null: it is the reference. */
export interface ComparedRow {
  readonly measured: Measured;
  readonly name: string;
  readonly detail: string;
  readonly compared: ComparedRatio | null;
}

const BASIS_TEXT: Readonly<Record<RatioBasis, string>> = {
  interleaved: 'in one run with it',
  'common-control': 'through the same control',
  independent: 'two separate runs',
};

const STAND_TEXT: Readonly<Record<ReturnType<typeof standOf>, string>> = {
  less: 'less time',
  more: 'more time',
  open: 'no difference shown',
};

/** What the interval says; of separate runs it says less than it seems to. */
function standText(ci: Interval, basis: RatioBasis): string {
  const stand = standOf(ci);
  return basis === 'independent' && stand !== 'open'
    ? `${STAND_TEXT[stand]}, by the intervals alone`
    : STAND_TEXT[stand];
}

function estimateText({ measured }: ComparedRow, statistic: Statistic): string {
  const { value, ci } = statisticOf(measured.result.subject, statistic);
  const text = formatLatency(value, ci);
  return `${text.value} (${text.interval})`;
}

function canaryText({ measured }: ComparedRow, statistic: Statistic): string {
  const over = overCanary(measured, statistic);
  if (over === null) return UNKNOWN;
  return `${formatFixed(over.value, 2)} canaries`;
}

function ratioText({ compared }: ComparedRow): string {
  if (compared === null) return 'reference';
  const { value, interval } = formatRatio(compared.ratio);
  return `${value} (${interval})`;
}

function columnsFor(statistic: Statistic, withCanary: boolean): TableColumns<ComparedRow> {
  const canary = { head: 'Over the canary', number: true, cell: (row: ComparedRow) => canaryText(row, statistic) };
  return [
    {
      head: 'Measurement',
      cell: ({ measured, name, detail }) => (
        <span>
          <Link href={`/measurements/${measured.id}`}>{name}</Link> {detail}
        </span>
      ),
    },
    { head: statistic, number: true, cell: (row) => estimateText(row, statistic) },
    { head: 'p90', number: true, cell: ({ measured }) => formatMs(measured.result.subject.p90Ms) },
    ...(withCanary ? [canary] : []),
    { head: 'Of the reference', number: true, cell: ratioText },
    { head: 'How', cell: ({ compared }) => (compared === null ? UNKNOWN : BASIS_TEXT[compared.basis]) },
    {
      head: 'Says',
      cell: ({ compared }) => (compared === null ? UNKNOWN : standText(compared.ratio.ci, compared.basis)),
    },
    {
      head: 'Warnings',
      cell: ({ measured }) => measured.result.warnings.map(({ code }) => code).join(', ') || 'none',
    },
  ];
}

interface ComparisonTableProps {
  readonly rows: readonly ComparedRow[];
  readonly statistic: Statistic;
  /** The measurements come from several devices. */
  readonly withCanary: boolean;
}

/** Several measurements in numbers, each over the reference. */
export function ComparisonTable({ rows, statistic, withCanary }: ComparisonTableProps) {
  return (
    <Table
      caption="Comparison"
      items={rows}
      keyOf={({ measured }) => measured.id}
      columns={columnsFor(statistic, withCanary)}
    />
  );
}

import type { Regression } from '@espalier/contracts';
import { Link } from 'wouter';
import { describeChange, describeGrounds } from '../format/measurement.js';
import { formatRatio } from '../format/ratio.js';
import { UNKNOWN } from '../format/number.js';
import { specSummary } from '../format/spec.js';
import { formatSha } from '../format/shape.js';
import { ChangeBadge } from './badge.js';
import { Table, type TableColumns } from './table.js';
import { TimeAgo } from './time-ago.js';

function nameOf({ measurement: { subject, modelId }, modelName }: Regression): string {
  if (modelName === null) return `artifact ${formatSha(subject)}`;
  return subject === modelId ? modelName : `${modelName}, pruned`;
}

function sizeText({ change }: Regression): string {
  const { ratio, ci } = change;
  return ratio === null || ci === null
    ? UNKNOWN
    : `${describeChange(change)} (${formatRatio({ value: ratio, ci }).interval})`;
}

const COLUMNS: TableColumns<Regression> = [
  {
    head: 'Subject',
    cell: (regression) => <Link href={`/measurements/${regression.measurement.id}`}>{nameOf(regression)}</Link>,
  },
  { head: 'Change', cell: ({ change }) => <ChangeBadge verdict={change.verdict} /> },
  { head: 'By', number: true, cell: sizeText },
  { head: 'Target', cell: ({ measurement }) => measurement.target },
  { head: 'Settings', cell: ({ measurement }) => specSummary(measurement.spec) },
  { head: 'Judged', cell: ({ change }) => describeGrounds(change) },
  {
    head: 'When',
    number: true,
    cell: ({ measurement }) => <TimeAgo at={measurement.finishedAt ?? measurement.createdAt} />,
  },
];

/** What became really slower or faster, the largest changes first. */
export function RegressionList({ regressions }: { readonly regressions: readonly Regression[] }) {
  return <Table caption="Changes" items={regressions} keyOf={({ measurement }) => measurement.id} columns={COLUMNS} />;
}

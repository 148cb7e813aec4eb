import type { Plan } from '@espalier/contracts';
import { Link } from 'wouter';
import { formatBudget } from '../format/budget.js';
import { formatMs } from '../format/latency.js';
import { formatFixed, UNKNOWN } from '../format/number.js';
import { PlanBadge } from './badge.js';
import { Table, type TableColumns } from './table.js';
import { TimeAgo } from './time-ago.js';

function found({ base, measured }: Plan): string {
  if (measured === null) return base === null ? UNKNOWN : formatMs(base.p50Ms);
  if (base === null) return formatMs(measured.p50Ms);
  return `${formatMs(base.p50Ms)} → ${formatMs(measured.p50Ms)} (${formatFixed(measured.p50Ms / base.p50Ms, 2)}×)`;
}

type ModelNames = ReadonlyMap<string, { readonly name: string }>;

function planName(plan: Plan, modelNames: ModelNames | undefined): string {
  const budgets = plan.budgets.map(formatBudget).join(', ');
  return modelNames === undefined ? budgets : `${modelNames.get(plan.modelId)?.name ?? 'model'}, ${budgets}`;
}

const columnsWith = (modelNames: ModelNames | undefined): TableColumns<Plan> => [
  { head: 'Plan', cell: (plan) => <Link href={`/plans/${plan.id}`}>{planName(plan, modelNames)}</Link> },
  { head: 'State', cell: ({ status }) => <PlanBadge status={status} /> },
  { head: 'Target', cell: ({ budgets }) => budgets.map(({ target }) => target).join(', ') },
  { head: 'Latency', number: true, cell: found },
  { head: 'Started', number: true, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
];

interface PlanListProps {
  readonly plans: readonly Plan[];
  /** Names of models by id, where the list is about several; absent: all plans are of one. */
  readonly modelNames?: ModelNames;
}

/** Plans with their budget, where they stand and what they found. */
export function PlanList({ plans, modelNames }: PlanListProps) {
  return <Table caption="Plans" items={plans} keyOf={({ id }) => id} columns={columnsWith(modelNames)} />;
}

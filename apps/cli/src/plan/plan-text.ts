import type { LatencyTableRow, PlanBudget, PlanReport } from '@espalier/contracts';
import { formatEstimate, formatMs, formatPercent, formatSeconds, significant } from '../output/format.js';
import { renderTable } from '../output/table.js';
import { styled } from '../output/terminal.js';

/** A plan that has ended, as a person reads it. */
export function planText({ plan, latencyTable, files, wallSeconds }: PlanReport): string {
  return [
    blockTable(latencyTable, new Set(plan.removed)),
    '',
    ...latencies(plan),
    '',
    `${verdict(plan.status)}  ${plan.message ?? ''}`.trimEnd(),
    ...Object.entries(files).flatMap(([what, path]) =>
      path === null ? [] : [styled('dim', `${what.padEnd(7)} ${path}`)],
    ),
    styled('dim', `took    ${formatSeconds(wallSeconds)}`),
  ].join('\n');
}

function blockTable(rows: readonly LatencyTableRow[], removed: ReadonlySet<number>): string {
  const largest = Math.max(...rows.map(({ importance }) => importance ?? 0), Number.MIN_VALUE);
  return renderTable(
    [
      { heading: '#', align: 'right' },
      { heading: 'block' },
      { heading: 'importance' },
      { heading: '', align: 'right' },
      { heading: 'saving', align: 'right' },
      { heading: '95 % interval' },
      { heading: '' },
    ],
    rows.map((row) => [
      String(row.index),
      row.name,
      row.importance === null ? '' : bar(row.importance / largest),
      row.importance === null ? '' : formatPercent(row.importance),
      row.savingMs === null ? '' : formatMs(row.savingMs),
      row.savingCi === null ? '' : `[${significant(row.savingCi[0])}, ${significant(row.savingCi[1])}]`,
      removed.has(row.index) ? styled('green', '✂ removed') : row.removable ? '' : styled('dim', 'cannot go'),
    ]),
  );
}

const BAR_CELLS = 12;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function bar(share: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * BAR_CELLS * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

const line = (label: string, text: string): string => `${label.padEnd(10)} ${text}`;

function latencies(plan: PlanReport['plan']): string[] {
  return [
    ...(plan.base === null
      ? []
      : [line('base', `${formatEstimate(plan.base.p50Ms, plan.base.ci)}, ${plan.base.n} runs`)]),
    ...plan.budgets.map((budget) => line('budget', budgetText(budget))),
    ...(plan.predicted === null ? [] : [line('predicted', formatEstimate(plan.predicted.p50Ms, plan.predicted.ci))]),
    ...(plan.measured === null
      ? []
      : [
          line(
            'measured',
            `${styled('bold', formatEstimate(plan.measured.p50Ms, plan.measured.ci))}, ${plan.measured.n} runs${errorText(plan)}`,
          ),
        ]),
    ...(plan.lowestReachableMs === null
      ? []
      : [line('lowest', `${formatMs(plan.lowestReachableMs)} is what removing blocks can reach`)]),
  ];
}

function budgetText({ target, statistic, limitMs, ratio }: PlanBudget): string {
  const limit = limitMs === null ? '' : `≤ ${formatMs(limitMs)}`;
  return `${target} ${statistic} ${limit}${ratio === null ? '' : ` (${ratio}× the base)`}`;
}

function errorText({ predicted, measured }: PlanReport['plan']): string {
  if (predicted === null || measured === null) return '';
  const error = (predicted.p50Ms - measured.p50Ms) / measured.p50Ms;
  return `, prediction off by ${error >= 0 ? '+' : '−'}${formatPercent(Math.abs(error))}`;
}

function verdict(status: PlanReport['plan']['status']): string {
  if (status === 'verified') return styled('green', '✔ verified');
  if (status === 'infeasible') return styled('red', '✘ infeasible');
  return styled('red', `✘ ${status}`);
}

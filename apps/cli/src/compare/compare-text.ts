import type { Comparison, ComparisonPoint, MethodOutcome } from '@espalier/contracts';
import { formatCount, formatEstimate, formatMs, formatPercent, formatSeconds } from '../output/format.js';
import { renderTable } from '../output/table.js';
import { styled } from '../output/terminal.js';
import type { CompareReport } from './report.js';

/** A comparison that has ended, as a person reads it. */
export function compareText({ comparison, reinitialised, files, wallSeconds }: CompareReport): string {
  return [
    pointTable(comparison),
    '',
    ...latencies(comparison),
    ...Object.entries(reinitialised).flatMap(([method, weights]) =>
      weights.length === 0
        ? []
        : [line('', `${method}: made anew, to be trained: ${weights.map(({ tensor }) => tensor).join(', ')}`)],
    ),
    '',
    `${comparison.status === 'finished' ? styled('green', '✔') : styled('red', `✘ ${comparison.status}`)}  ${comparison.message ?? ''}`.trimEnd(),
    ...Object.entries(files).flatMap(([what, path]) =>
      path === null ? [] : [styled('dim', `${what.padEnd(7)} ${path}`)],
    ),
    styled('dim', `took    ${formatSeconds(wallSeconds)}`),
  ].join('\n');
}

function pointTable({ points, base, layers, filters }: Comparison): string {
  const best = new Set([layers.best?.candidateId, filters.best?.candidateId]);
  return renderTable(
    [
      { heading: 'prune' },
      { heading: 'removed', align: 'right' },
      { heading: 'parameters', align: 'right' },
      { heading: 'pruned', align: 'right' },
      { heading: 'MACs', align: 'right' },
      { heading: 'importance', align: 'right' },
      { heading: 'p50 [95 % interval]' },
      { heading: 'of base', align: 'right' },
      { heading: '' },
    ],
    points.map((point) => [
      point.method,
      removedText(point),
      formatCount(point.parameters),
      formatPercent(point.prunedShare),
      formatCount(point.macs),
      formatPercent(point.keptImportance),
      point.measured === null ? 'not measured' : formatEstimate(point.measured.p50Ms, point.measured.ci),
      point.measured === null || base === null ? '' : `${(point.measured.p50Ms / base.p50Ms).toFixed(3)}×`,
      best.has(point.candidateId) ? styled('green', '◀ best') : '',
    ]),
  );
}

const removedText = ({ method, removed }: ComparisonPoint): string =>
  `${removed} ${method === 'layers' ? (removed === 1 ? 'block' : 'blocks') : removed === 1 ? 'filter' : 'filters'}`;

const line = (label: string, text: string): string => `${label.padEnd(10)} ${text}`;

function latencies({ base, budget, layers, filters }: Comparison): string[] {
  const limit = budget.limitMs === null ? '' : `≤ ${formatMs(budget.limitMs)}`;
  const ratio = budget.ratio === null ? '' : ` (${budget.ratio}× the base)`;
  return [
    ...(base === null ? [] : [line('base', `${formatEstimate(base.p50Ms, base.ci)}, ${base.n} runs`)]),
    line('budget', `${budget.target} ${budget.statistic} ${limit}${ratio}`),
    ...outcomeLine('layers', layers),
    ...outcomeLine('filters', filters),
  ];
}

function outcomeLine(label: string, { best, floor }: MethodOutcome): string[] {
  if (floor === null) return [];
  const reach = `lowest ${formatMs(floor.p50Ms)}`;
  if (best === null) return [line(label, `nothing within the budget, ${reach}`)];
  const measured = best.measured === null ? '' : `${formatEstimate(best.measured.p50Ms, best.measured.ci)}, `;
  const parameters = `${formatCount(best.parameters)} parameters (${formatPercent(1 - best.prunedShare)})`;
  return [line(label, `${measured}${parameters}, ${reach}`)];
}

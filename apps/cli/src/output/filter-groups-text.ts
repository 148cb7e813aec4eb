import type { FilterGroup } from '@espalier/pruning';
import { formatCount } from './format.js';
import { renderTable } from './table.js';
import { styled } from './terminal.js';

/** How many layers of a group are named before the rest is counted. */
const NAMED = 2;

/** Filter groups in a table, in the order of execution. */
export function filterGroupsText(groups: readonly FilterGroup[]): string {
  const prunable = groups.filter((group) => group.prunable);
  const table = renderTable(
    [
      { heading: 'filter group' },
      { heading: 'filters', align: 'right' },
      { heading: 'parameters', align: 'right' },
      { heading: 'made by' },
      { heading: 'read by' },
      { heading: 'prunable' },
    ],
    groups.map((group) => [
      group.name,
      String(group.filters),
      formatCount(group.parameters),
      namesText(group.producers),
      namesText(group.consumers),
      group.prunable ? styled('green', 'yes') : styled('dim', `no: ${group.reason ?? ''}`),
    ]),
  );
  const filters = prunable.reduce((sum, group) => sum + group.filters, 0);
  return [table, '', `${groups.length} filter groups, ${prunable.length} prunable with ${filters} filters`].join('\n');
}

function namesText(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return [...names.slice(0, NAMED), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

/** What is told of a filter group as JSON: the same as the API tells. */
export type FilterGroupFacts = Omit<FilterGroup, 'slices'>;

/** The facts of filter groups, without what only surgery needs. */
export function filterGroupFacts(groups: readonly FilterGroup[]): readonly FilterGroupFacts[] {
  return groups.map(({ name, filters, prunable, reason, producers, consumers, parameters }) => ({
    name,
    filters,
    prunable,
    ...(reason === undefined ? {} : { reason }),
    producers,
    consumers,
    parameters,
  }));
}

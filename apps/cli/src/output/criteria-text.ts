import type { Criterion } from '@espalier/pruning';
import { renderTable } from './table.js';

/** Criteria in a table; their formulas and sources are too long for one. */
export function criteriaText(criteria: readonly Criterion[]): string {
  return renderTable(
    [{ heading: 'criterion' }, { heading: 'of' }, { heading: 'needs' }, { heading: 'what it is' }],
    criteria.map(({ name, of, needs, description }) => [name, of, needs, description]),
  );
}

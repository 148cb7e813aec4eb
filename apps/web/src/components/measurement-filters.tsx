import type { Model, Target } from '@espalier/contracts';
import { capitalised } from '../format/prose.js';
import { KINDS, type MeasurementFilter, STATUSES } from '../state/measurement-filter.js';
import { SelectField } from './field.js';
import styles from './measurement-filters.module.css';

/** What each filter is called in an address. */
type FilterName = 'model' | 'target' | 'status' | 'kind';

interface MeasurementFiltersProps {
  readonly filter: MeasurementFilter;
  readonly models: readonly Model[];
  readonly targets: readonly Target[];
  /** An empty value takes the filter away. */
  readonly onFilter: (name: FilterName, value: string) => void;
}

const statusText = (status: string): string => (status === 'succeeded' ? 'Measured' : capitalised(status));

/** Chooses which measurements a list shows. */
export function MeasurementFilters({ filter, models, targets, onFilter }: MeasurementFiltersProps) {
  return (
    <div className={styles.filters}>
      <SelectField label="Model" value={filter.modelId ?? ''} onChange={(value) => onFilter('model', value)}>
        <option value="">All models</option>
        {models.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <SelectField label="Target" value={filter.target ?? ''} onChange={(value) => onFilter('target', value)}>
        <option value="">All targets</option>
        {targets.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </SelectField>
      <SelectField label="State" value={filter.status ?? ''} onChange={(value) => onFilter('status', value)}>
        <option value="">All states</option>
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {statusText(status)}
          </option>
        ))}
      </SelectField>
      <SelectField label="Kind" value={filter.kind ?? ''} onChange={(value) => onFilter('kind', value)}>
        <option value="">All kinds</option>
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {capitalised(kind)}
          </option>
        ))}
      </SelectField>
    </div>
  );
}

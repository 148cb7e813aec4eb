import type { MeasurementEnvironment } from '@espalier/contracts';
import { type EnvironmentRow, environmentRows } from '../state/environment-rows.js';
import styles from './environment-table.module.css';
import { Icon } from './icon.js';
import { Table, type TableColumns } from './table.js';

const COLUMNS: TableColumns<EnvironmentRow> = [
  { head: 'What', cell: ({ name }) => name },
  { head: 'Before', number: true, cell: ({ before }) => before },
  {
    head: 'After',
    number: true,
    cell: ({ after, changed }) =>
      changed ? (
        <span className={styles.changed}>
          <Icon name="warning" size={13} />
          {after}
          <span className="visuallyHidden"> (changed)</span>
        </span>
      ) : (
        after
      ),
  },
];

/** The device before and after a measurement, side by side; what changed by more than it does by itself is marked. */
export function EnvironmentTable({ environment }: { readonly environment: MeasurementEnvironment }) {
  const rows = environmentRows(environment.before, environment.after);
  return (
    <div className={styles.small}>
      <Table caption="The device before and after" items={rows} keyOf={({ name }) => name} columns={COLUMNS} />
    </div>
  );
}

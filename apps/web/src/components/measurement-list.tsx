import type { Measurement, Model } from '@espalier/contracts';
import { Link } from 'wouter';
import { foundText } from '../format/measurement.js';
import { specSummary } from '../format/spec.js';
import { subjectName } from '../format/subject.js';
import { MeasurementBadge } from './badge.js';
import styles from './measurement-list.module.css';
import { Table, type TableColumns } from './table.js';
import { TimeAgo } from './time-ago.js';

type Models = ReadonlyMap<string, Pick<Model, 'name'>>;

/** Which measurements are chosen, and how one is chosen. */
interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly onToggle: (id: string) => void;
}

interface MeasurementListProps {
  readonly measurements: readonly Measurement[];
  readonly models: Models;
  /** Absent: none can be chosen. */
  readonly selection?: Selection;
}

/** Only a measured latency can be compared. */
const isComparable = ({ result }: Measurement): boolean => result !== null;

function columnsWith(models: Models, selection: Selection | undefined): TableColumns<Measurement> {
  return [
    {
      head: 'Subject',
      cell: (measurement) => {
        const name = subjectName(measurement.subject, measurement, models);
        return (
          <span className={styles.name}>
            {selection === undefined ? null : (
              <input
                type="checkbox"
                aria-label={`Compare ${name} on ${measurement.target}, ${specSummary(measurement.spec)}, ${measurement.createdAt}`}
                checked={selection.ids.has(measurement.id)}
                disabled={!isComparable(measurement)}
                onChange={() => selection.onToggle(measurement.id)}
              />
            )}
            <Link href={`/measurements/${measurement.id}`}>{name}</Link>
          </span>
        );
      },
    },
    { head: 'State', cell: ({ status }) => <MeasurementBadge status={status} /> },
    { head: 'Target', cell: ({ target }) => target },
    {
      head: 'Settings',
      cell: ({ spec, kind }) => (
        <span className={styles.settings}>
          {kind === 'latency' ? '' : `${kind}, `}
          {specSummary(spec)}
        </span>
      ),
    },
    { head: 'Found', number: true, cell: foundText },
    { head: 'Asked for', number: true, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
  ];
}

/** Measurements with where they stand and what they found. */
export function MeasurementList({ measurements, models, selection }: MeasurementListProps) {
  return (
    <Table
      caption="Measurements"
      items={measurements}
      keyOf={({ id }) => id}
      columns={columnsWith(models, selection)}
    />
  );
}

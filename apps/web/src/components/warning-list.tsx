import type { MeasurementWarning } from '@espalier/contracts';
import { evidenceTexts, warningText } from '../format/warning.js';
import { Icon } from './icon.js';
import { Prose } from './prose.js';
import styles from './warning-list.module.css';

function WarningItem({ warning }: { readonly warning: MeasurementWarning }) {
  const { meaning, advice } = warningText(warning.code);
  return (
    <li className={styles.warning}>
      <Icon name="warning" />
      <div className={styles.words}>
        <h3>
          <code className={styles.code}>{warning.code}</code>
        </h3>
        <p>
          <Prose>{meaning}</Prose>
        </p>
        <p>
          <strong>What to do:</strong> <Prose>{advice}</Prose>
        </p>
        <dl className={styles.evidence}>
          {evidenceTexts(warning).map(({ key, name, value }) => (
            <div key={key}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </li>
  );
}

/** What speaks against trusting a number: what it means, its evidence, and what to do. */
export function WarningList({ warnings }: { readonly warnings: readonly MeasurementWarning[] }) {
  if (warnings.length === 0)
    return (
      <p className={styles.none}>
        <Icon name="check" /> Nothing that was watched speaks against this measurement.
      </p>
    );
  return (
    <ul className={styles.warnings}>
      {warnings.map((warning) => (
        <WarningItem key={`${warning.code} ${JSON.stringify(warning.evidence)}`} warning={warning} />
      ))}
    </ul>
  );
}

import type { MeasurementSpec } from '@espalier/contracts';
import { specChips } from '../format/spec.js';
import styles from './spec-chips.module.css';

/** The settings of a measurement; those that are not the default stand out. */
export function SpecChips({ spec }: { readonly spec: MeasurementSpec }) {
  return (
    <dl className={styles.chips}>
      {specChips(spec).map(({ name, text, usual }) => (
        <div key={name} className={`${styles.chip} ${usual ? '' : styles.unusual}`}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

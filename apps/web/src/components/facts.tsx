import type { ReactNode } from 'react';
import styles from './facts.module.css';

/** One fact: what it is about, its value, and a remark. */
export interface Fact {
  readonly term: string;
  readonly value?: ReactNode;
  readonly note?: ReactNode;
  /** Needs the room of two. */
  readonly wide?: boolean;
}

/** Facts side by side. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(({ term, value, note, wide = false }) => (
        <div key={term} className={`${styles.fact} ${wide ? styles.wide : ''}`}>
          <dt className={styles.term}>{term}</dt>
          <dd className={styles.value}>
            {value}
            {note === undefined ? null : <div className={styles.note}>{note}</div>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

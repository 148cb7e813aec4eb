import type { ReactNode } from 'react';
import styles from './statement.module.css';

/** What a section comes to, in a sentence. */
export function Statement({ children }: { readonly children: ReactNode }) {
  return <p className={styles.statement}>{children}</p>;
}

/** How to read what is above. */
export function Note({ children }: { readonly children: ReactNode }) {
  return <p className={styles.note}>{children}</p>;
}

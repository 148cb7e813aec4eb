import type { ReactNode } from 'react';
import styles from './empty.module.css';

/** Nothing is here yet; this is how something gets here. */
export function Empty({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      <p>{children}</p>
    </div>
  );
}

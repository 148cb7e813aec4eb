import type { ReactNode } from 'react';
import styles from './legend.module.css';

interface LegendProps {
  /** What each mark looks like, and what it means. */
  readonly items: readonly { readonly sign: ReactNode; readonly text: string }[];
}

/** What the marks of a drawing mean. */
export function Legend({ items }: LegendProps) {
  return (
    <ul className={styles.legend}>
      {items.map(({ sign, text }) => (
        <li key={text} className={styles.item}>
          {sign}
          {text}
        </li>
      ))}
    </ul>
  );
}

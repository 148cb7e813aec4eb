import type { ReactNode } from 'react';
import styles from './page.module.css';

interface PageProps {
  readonly title: string;
  /** Above the title: where one is. */
  readonly above?: ReactNode;
  /** Below the title: the page in a sentence. */
  readonly lead: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page: its title, the sentence that sums it up, what can be done, and its parts. */
export function Page({ title, above, lead, actions, children }: PageProps) {
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        {above === undefined ? null : <div className={styles.above}>{above}</div>}
        <h1 className={styles.title}>{title}</h1>
        <p className={styles.lead}>{lead}</p>
        {actions === undefined ? null : <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** The frame of a page that has nothing else to show yet, or cannot. */
export const pageFrame = (title: string) => (inner: ReactNode) => (
  <Page title={title} lead="">
    {inner}
  </Page>
);

/** A wide part and a narrow one beside it; below each other where there is no room. */
export function Columns({ main, side }: { readonly main: ReactNode; readonly side: ReactNode }) {
  return (
    <div className={styles.columns}>
      <div className={styles.column}>{main}</div>
      <div className={styles.column}>{side}</div>
    </div>
  );
}

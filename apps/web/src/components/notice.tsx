import { ClientError } from '@espalier/client';
import type { ReactNode } from 'react';
import { formatAgo } from '../format/time.js';
import { useNow } from '../service/use-now.js';
import { Button } from './button.js';
import { Icon } from './icon.js';
import styles from './notice.module.css';
import { Prose } from './prose.js';

interface NoticeProps {
  readonly tone: 'attention' | 'bad';
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

/** Something to know before reading on. It is announced to readers of the screen. */
export function Notice({ tone, title, children, action }: NoticeProps) {
  return (
    <div className={`${styles.notice} ${tone === 'bad' ? styles.bad : styles.attention}`} role="status">
      <Icon name={tone === 'bad' ? 'cross' : 'warning'} />
      <div className={styles.words}>
        <p className={styles.title}>{title}</p>
        {children}
      </div>
      {action}
    </div>
  );
}

interface ErrorNoticeProps {
  readonly error: Error;
  /** What could not be done, as in `The model could not be uploaded`. */
  readonly title: string;
  readonly onRetry?: (() => void) | undefined;
}

/** An error of the API as people need it: what happened, what to do, and the stable code for a report. */
export function ErrorNotice({ error, title, onRetry }: ErrorNoticeProps) {
  const known = error instanceof ClientError ? error : undefined;
  const retry = onRetry === undefined ? null : <Button onClick={onRetry}>Try again</Button>;
  return (
    <Notice tone="bad" title={title} action={retry}>
      <p>
        <Prose>{error.message}</Prose>
      </p>
      {known?.violations.map(({ path, message }) => (
        <p key={`${path} ${message}`} className={styles.hint}>
          {path} {message}
        </p>
      ))}
      {known?.hint === undefined ? null : (
        <p className={styles.hint}>
          <Prose>{known.hint}</Prose>
        </p>
      )}
      {known === undefined ? null : (
        <p className={styles.code}>
          <code>{known.code}</code>
          {known.requestId === undefined ? null : <> · request {known.requestId}</>}
        </p>
      )}
    </Notice>
  );
}

/** What is shown is old: since when, and why. */
export function StaleNotice({ error, sinceMs }: { readonly error: Error; readonly sinceMs: number }) {
  const now = useNow();
  return (
    <Notice tone="attention" title="The connection is lost; trying again">
      <p>
        Shown as it was {formatAgo(new Date(sinceMs).toISOString(), now)}: {error.message}.
      </p>
    </Notice>
  );
}

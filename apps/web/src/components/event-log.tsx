import type { PlanEvent } from '@espalier/contracts';
import { useState } from 'react';
import { formatDuration } from '../format/time.js';
import { Button } from './button.js';
import styles from './event-log.module.css';
import { Prose } from './prose.js';

/** As many as one reads before asking for more. */
const FIRST = 12;

interface EventLogProps {
  readonly events: readonly PlanEvent[];
  /** When the plan was made: events are timed from here. */
  readonly since: string;
}

/** What happened to a plan, the newest first. */
export function EventLog({ events, since }: EventLogProps) {
  const [all, setAll] = useState(false);
  const shown = all ? events.toReversed() : events.slice(-FIRST).toReversed();
  return (
    <>
      <ol className={styles.log}>
        {shown.map(({ seq, at, message }) => (
          <li key={seq} className={styles.event}>
            <time className={styles.when} dateTime={at} title={at}>
              +{formatDuration((Date.parse(at) - Date.parse(since)) / 1000)}
            </time>
            <span className={styles.message}>
              <Prose>{message}</Prose>
            </span>
          </li>
        ))}
      </ol>
      {events.length > FIRST && !all ? (
        <div className={styles.more}>
          <Button onClick={() => setAll(true)}>Show all {events.length}</Button>
        </div>
      ) : null}
    </>
  );
}

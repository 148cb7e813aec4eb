import { percent } from '../scale/linear.js';
import styles from './progress-bar.module.css';

interface ProgressBarProps {
  /** In [0, 1]; null: it goes on, nobody knows how long. */
  readonly share: number | null;
  readonly label: string;
}

/** How far something is. */
export function ProgressBar({ share, label }: ProgressBarProps) {
  const value =
    share === null ? {} : { 'aria-valuenow': Math.round(share * 100), 'aria-valuemin': 0, 'aria-valuemax': 100 };
  return (
    <div className={styles.track} role="progressbar" aria-label={label} {...value}>
      {share === null ? (
        <div className={`${styles.fill} ${styles.unknown}`} />
      ) : (
        <div className={styles.fill} style={{ width: percent(share) }} />
      )}
    </div>
  );
}

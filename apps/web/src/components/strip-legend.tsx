import { formatShare, UNKNOWN } from '../format/number.js';
import type { BlockRow } from '../state/block-rows.js';
import { Icon } from './icon.js';
import styles from './strip-legend.module.css';

/** What the colours and signs of a strip mean. */
export function StripLegend({ rows, criterion }: { readonly rows: readonly BlockRow[]; readonly criterion: string }) {
  const most = Math.max(0, ...rows.map(({ importance }) => importance ?? 0));
  return (
    <div className={styles.legend}>
      <span>Share of importance, {criterion}</span>
      <span className={styles.item}>
        0
        <span className={styles.ramp} />
        {most > 0 ? formatShare(most) : UNKNOWN}
      </span>
      {rows.some(({ block }) => !block.removable) ? (
        <span className={styles.item}>
          <Icon name="lock" size={13} /> not removable
        </span>
      ) : null}
      {rows.some(({ removed }) => removed) ? (
        <span className={`${styles.item} ${styles.removed}`}>
          <Icon name="scissors" size={13} /> removed by this plan
        </span>
      ) : null}
    </div>
  );
}

import type { Target } from '@espalier/contracts';
import { formatNoun } from '../format/number.js';
import styles from './target-list.module.css';

function TargetItem({ target }: { readonly target: Target }) {
  const { name, description, provider, agentsOnline, queued, running } = target;
  return (
    <li className={styles.target}>
      <span className={styles.name}>{name}</span>
      <span className={`${styles.online} ${agentsOnline === 0 ? styles.none : ''}`}>
        {agentsOnline === 0 ? 'no agent' : `${formatNoun(agentsOnline, 'agent')} online`}
      </span>
      <span className={styles.description}>{description || `onnxruntime ${provider}`}</span>
      <span className={styles.load}>
        {queued} queued · {running} running
      </span>
    </li>
  );
}

/** Whether anything happens, or could happen, on a target. */
const isInUse = ({ agentsOnline, queued, running }: Target): boolean => agentsOnline + queued + running > 0;

/** The targets in use, and, folded away, those that nobody serves. */
export function TargetList({ targets }: { readonly targets: readonly Target[] }) {
  const inUse = targets.filter(isInUse);
  const others = targets.filter((target) => !isInUse(target));
  return (
    <>
      <ul className={styles.targets}>
        {inUse.map((target) => (
          <TargetItem key={target.name} target={target} />
        ))}
      </ul>
      {others.length === 0 ? null : (
        <details className={styles.others} open={inUse.length === 0}>
          <summary>{formatNoun(others.length, 'target')} without an agent</summary>
          <ul className={styles.targets}>
            {others.map((target) => (
              <TargetItem key={target.name} target={target} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

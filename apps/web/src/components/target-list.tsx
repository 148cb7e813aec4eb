import type { Target } from '@espalier/contracts';
import { formatNoun } from '../format/number.js';
import styles from './target-list.module.css';

/** Whether anything happens, or could happen, on a target. */
const isInUse = ({ agentsOnline, queued, running }: Target): boolean => agentsOnline + queued + running > 0;

function TargetItem({ target }: { readonly target: Target }) {
  const { name, description, provider, agentsOnline, queued, running } = target;
  return (
    <li className={styles.target}>
      <span className={styles.name}>{name}</span>
      <span className={`${styles.online} ${agentsOnline === 0 ? styles.none : ''}`}>
        {agentsOnline === 0 ? 'no agent' : `${formatNoun(agentsOnline, 'agent')} online`}
      </span>
      <span className={styles.description}>{description || `onnxruntime ${provider}`}</span>
      {isInUse(target) ? (
        <span className={styles.load}>
          {queued} queued · {running} running
        </span>
      ) : null}
    </li>
  );
}

function Items({ targets }: { readonly targets: readonly Target[] }) {
  return (
    <ul className={styles.targets}>
      {targets.map((target) => (
        <TargetItem key={target.name} target={target} />
      ))}
    </ul>
  );
}

/** The targets in use, and, folded away, those that nobody serves. */
export function TargetList({ targets }: { readonly targets: readonly Target[] }) {
  const inUse = targets.filter(isInUse);
  const others = targets.filter((target) => !isInUse(target));
  if (inUse.length === 0 || others.length === 0) return <Items targets={targets} />;
  return (
    <>
      <Items targets={inUse} />
      <details className={styles.others}>
        <summary>{formatNoun(others.length, 'target')} without an agent</summary>
        <Items targets={others} />
      </details>
    </>
  );
}

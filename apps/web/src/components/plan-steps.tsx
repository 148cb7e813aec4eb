import type { PlanStep } from '../state/plan-steps.js';
import { Icon } from './icon.js';
import styles from './plan-steps.module.css';

const CLASSES: Readonly<Record<PlanStep['state'], string | undefined>> = {
  done: styles.done,
  current: styles.current,
  ahead: '',
  stopped: styles.stopped,
};

const SPOKEN: Readonly<Record<PlanStep['state'], string>> = {
  done: 'done',
  current: 'now',
  ahead: 'to come',
  stopped: 'the plan ended here',
};

function Knot({ state, number }: { readonly state: PlanStep['state']; readonly number: number }) {
  if (state === 'done') return <Icon name="check" size={14} />;
  return state === 'stopped' ? <Icon name="minus" size={14} /> : number;
}

/** The way of a plan, and where it is. */
export function PlanSteps({ steps }: { readonly steps: readonly PlanStep[] }) {
  return (
    <ol className={styles.steps}>
      {steps.map(({ key, label, state }, at) => (
        <li
          key={key}
          className={`${styles.step} ${CLASSES[state]}`}
          {...(state === 'current' ? { 'aria-current': 'step' } : {})}
        >
          <span className={styles.knot} aria-hidden="true">
            <Knot state={state} number={at + 1} />
          </span>
          <span className={styles.label}>
            {label}
            <span className="visuallyHidden"> ({SPOKEN[state]})</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

import { isFinal } from '@espalier/client';
import type { Plan } from '@espalier/contracts';
import { describePlanProgress, planShare } from '../format/plan.js';
import { formatNoun } from '../format/number.js';
import { formatDuration } from '../format/time.js';
import { planSteps } from '../state/plan-steps.js';
import { Notice } from './notice.js';
import styles from './plan-progress.module.css';
import { PlanSteps } from './plan-steps.js';
import { Prose } from './prose.js';
import { ProgressBar } from './progress-bar.js';

function Ended({ plan }: { readonly plan: Plan }) {
  const seconds = (Date.parse(plan.finishedAt ?? plan.updatedAt) - Date.parse(plan.createdAt)) / 1000;
  return (
    <p className={styles.soft}>
      Ended after {formatDuration(seconds)} and {formatNoun(plan.rounds.length, 'verification round')}.
    </p>
  );
}

function Now({ plan }: { readonly plan: Plan }) {
  if (isFinal(plan)) return <Ended plan={plan} />;
  if (plan.waitingFor !== null)
    return (
      <Notice tone="attention" title="The plan waits">
        <p>
          <Prose>{plan.waitingFor}</Prose>
        </p>
      </Notice>
    );
  const { now, remaining } = describePlanProgress(plan);
  return (
    <>
      <p className={styles.line}>
        <span>{now}</span>
        <span className={styles.remaining}>{remaining}</span>
      </p>
      <ProgressBar share={planShare(plan)} label="Measurements of this plan" />
    </>
  );
}

/** Where a plan is on its way, what it does now, and how long it still takes. */
export function PlanProgress({ plan }: { readonly plan: Plan }) {
  return (
    <div className={styles.progress}>
      <PlanSteps steps={planSteps(plan)} />
      <div className={styles.now}>
        <Now plan={plan} />
      </div>
    </div>
  );
}

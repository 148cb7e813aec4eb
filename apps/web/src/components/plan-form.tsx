import type { Criterion, Granularity, Target } from '@espalier/contracts';
import { type SubmitEvent, useState } from 'react';
import { describeBudget } from '../format/budget.js';
import { CRITERIA, criterionOf } from '../format/criterion.js';
import { formatNoun } from '../format/number.js';
import { type BudgetReading, readBudget } from '../state/budget-text.js';
import { Button } from './button.js';
import { SelectField, TextField } from './field.js';
import { ErrorNotice } from './notice.js';
import styles from './plan-form.module.css';

/** What a person asks for. */
export interface PlanWish {
  readonly budget: NonNullable<BudgetReading['budget']>;
  readonly criterion: Criterion;
  readonly granularity: Granularity;
}

interface PlanFormProps {
  readonly targets: readonly Target[];
  readonly criterion: Criterion;
  readonly granularity: Granularity;
  readonly onCriterion: (criterion: Criterion) => void;
  readonly onGranularity: (granularity: Granularity) => void;
  readonly onSubmit: (wish: PlanWish) => void;
  readonly busy: boolean;
  readonly error: Error | null;
}

function targetText({ name, agentsOnline }: Target): string {
  return agentsOnline === 0 ? `${name} (no agent yet)` : `${name} (${formatNoun(agentsOnline, 'agent')} online)`;
}

/** The target that is most likely meant: the one that most agents serve. */
const likely = (targets: readonly Target[]): string =>
  targets.toSorted((a, b) => b.agentsOnline - a.agentsOnline)[0]?.name ?? '';

/** Asks for a plan: a budget on a target, and how blocks are judged. */
export function PlanForm(props: PlanFormProps) {
  const { targets, criterion, granularity, busy, error } = props;
  const [chosen, setChosen] = useState<string | null>(null);
  const [text, setText] = useState('0.7x');
  const target = chosen ?? likely(targets);
  const reading = readBudget(text, target);
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reading.budget !== null) props.onSubmit({ budget: reading.budget, criterion, granularity });
  };
  return (
    <form className={styles.form} onSubmit={onSubmit}>
      <SelectField label="Target" value={target} onChange={setChosen}>
        {targets.map((item) => (
          <option key={item.name} value={item.name}>
            {targetText(item)}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Budget"
        value={text}
        onChange={setText}
        note="A share of the base latency (0.7x) or a limit (p50=12ms)"
        error={reading.error}
      />
      <SelectField
        label="Criterion"
        value={criterion}
        onChange={(value) => props.onCriterion(criterionOf(value) ?? criterion)}
      >
        {CRITERIA.map(({ value, text: name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Granularity"
        value={granularity}
        onChange={(value) => props.onGranularity(value === 'layer' ? 'layer' : 'block')}
      >
        <option value="block">Blocks</option>
        <option value="layer">Layers</option>
      </SelectField>
      <p className={styles.sentence}>
        {reading.budget === null
          ? ' '
          : `Removes the least important ${granularity}s until ${describeBudget(reading.budget)}, verified by measurement.`}
      </p>
      <Button type="submit" primary disabled={busy || reading.budget === null || target === ''}>
        {busy ? 'Creating the plan…' : 'Plan'}
      </Button>
      {error === null ? null : <ErrorNotice title="The plan could not be created" error={error} />}
    </form>
  );
}

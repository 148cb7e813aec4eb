import type { MeasurementKind, Target } from '@espalier/contracts';
import { type SubmitEvent, useState } from 'react';
import { formatNoun } from '../format/number.js';
import { readCount } from '../state/count-text.js';
import { Button } from './button.js';
import { Choice } from './choice.js';
import { SelectField, TextField } from './field.js';
import styles from './measure-form.module.css';
import { ErrorNotice } from './notice.js';

/** What a person wants to be measured. */
export interface MeasureWish {
  readonly kind: MeasurementKind;
  readonly target: string;
  readonly batch: number;
  readonly threads: number;
}

interface MeasureFormProps {
  readonly targets: readonly Target[];
  readonly onSubmit: (wish: MeasureWish) => void;
  readonly busy: boolean;
  readonly error: Error | null;
}

const KIND_OPTIONS = [
  { value: 'latency', text: 'Latency' },
  { value: 'profile', text: 'Profile' },
] as const;

/** The largest that a spec takes. */
const MOST_BATCH = 65_536;
const MOST_THREADS = 1024;

/** The target that most agents serve. */
const likely = (targets: readonly Target[]): string =>
  targets.toSorted((a, b) => b.agentsOnline - a.agentsOnline)[0]?.name ?? '';

/** Asks for the latency or the profile of a model on a target. */
export function MeasureForm({ targets, onSubmit, busy, error }: MeasureFormProps) {
  const [kind, setKind] = useState<MeasurementKind>('latency');
  const [chosen, setChosen] = useState<string | null>(null);
  const [batchText, setBatch] = useState('1');
  const [threadsText, setThreads] = useState('1');
  const target = chosen ?? likely(targets);
  const batch = readCount(batchText, 1, MOST_BATCH);
  const threads = readCount(threadsText, 0, MOST_THREADS);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (batch.count !== null && threads.count !== null)
      onSubmit({ kind, target, batch: batch.count, threads: threads.count });
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <Choice label="What" options={KIND_OPTIONS} value={kind} onChange={setKind} />
      <SelectField label="On target" value={target} onChange={setChosen}>
        {targets.map(({ name, agentsOnline }) => (
          <option key={name} value={name}>
            {name} ({agentsOnline === 0 ? 'no agent yet' : `${formatNoun(agentsOnline, 'agent')} online`})
          </option>
        ))}
      </SelectField>
      <div className={styles.pair}>
        <TextField label="Batch" value={batchText} onChange={setBatch} note="Samples per run" error={batch.error} />
        <TextField
          label="Threads"
          value={threadsText}
          onChange={setThreads}
          note="0: automatic"
          error={threads.error}
        />
      </div>
      <Button type="submit" disabled={busy || batch.count === null || threads.count === null}>
        {busy ? 'Asking…' : 'Measure'}
      </Button>
      {error === null ? null : <ErrorNotice title="The measurement could not be asked for" error={error} />}
    </form>
  );
}

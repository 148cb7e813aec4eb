import { type ReactNode, useId } from 'react';
import styles from './field.module.css';

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Below the field: what the value means. */
  readonly note: string;
  /** What is wrong with the value; takes the place of the note. */
  readonly error: string | null;
}

/** One line of text with what it means, or what is wrong with it. */
export function TextField({ label, value, onChange, note, error }: TextFieldProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className={styles.control}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={error !== null}
        aria-describedby={`${id}-note`}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <p id={`${id}-note`} className={`${styles.note} ${error === null ? '' : styles.wrong}`} aria-live="polite">
        {error ?? note}
      </p>
    </div>
  );
}

interface SelectFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly children: ReactNode;
}

/** One of many. */
export function SelectField({ label, value, onChange, children }: SelectFieldProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <select id={id} className={styles.control} value={value} onChange={(event) => onChange(event.target.value)}>
        {children}
      </select>
    </div>
  );
}

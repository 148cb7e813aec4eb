import type { Interval } from '@espalier/contracts';
import { type Domain, percent, percentIn, positionIn } from '../scale/linear.js';
import styles from './bars.module.css';

/** A share as a bar; the number stands beside it. */
export function ShareBar({ share }: { readonly share: number }) {
  return (
    <svg className={styles.bar} aria-hidden="true">
      <rect className={styles.importance} y="5" height="8" rx="2" width={percent(share)} />
    </svg>
  );
}

interface SavingBarProps {
  readonly savingMs: number;
  readonly ci: Interval | null;
  /** Common to all bars of a table; holds 0. */
  readonly domain: Domain;
}

function Whisker({ ci: [lower, upper], domain }: { readonly ci: Interval; readonly domain: Domain }) {
  const from = percentIn(domain, lower);
  const to = percentIn(domain, upper);
  return (
    <g className={styles.whisker}>
      <line x1={from} x2={to} y1="9" y2="9" />
      <line x1={from} x2={from} y1="5.5" y2="12.5" />
      <line x1={to} x2={to} y1="5.5" y2="12.5" />
    </g>
  );
}

/** A saving as a bar from zero with the whisker of its interval; the numbers stand beside it. */
export function SavingBar({ savingMs, ci, domain }: SavingBarProps) {
  const from = percentIn(domain, Math.min(0, savingMs));
  const width = percent(Math.abs(positionIn(domain, savingMs) - positionIn(domain, 0)));
  const zero = percentIn(domain, 0);
  return (
    <svg className={styles.bar} aria-hidden="true">
      <rect className={savingMs < 0 ? styles.loss : styles.saving} x={from} width={width} y="4" height="10" rx="1.5" />
      <line className={styles.zero} x1={zero} x2={zero} y1="0" y2="18" />
      {ci === null ? null : <Whisker ci={ci} domain={domain} />}
    </svg>
  );
}

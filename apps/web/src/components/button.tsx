import type { ComponentProps } from 'react';
import styles from './button.module.css';
import { Icon, type IconName } from './icon.js';

interface Look {
  readonly primary?: boolean;
  readonly icon?: IconName;
}

const classOf = (primary = false): string => `${styles.button} ${primary ? styles.primary : ''}`;

/** Does something. */
export function Button({ primary, icon, children, ...rest }: Look & Omit<ComponentProps<'button'>, 'className'>) {
  return (
    <button type="button" {...rest} className={classOf(primary)}>
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}

/** Goes somewhere, or fetches a file, and looks like a button. */
export function ButtonLink({ primary, icon, children, ...rest }: Look & Omit<ComponentProps<'a'>, 'className'>) {
  return (
    <a {...rest} className={classOf(primary)}>
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </a>
  );
}

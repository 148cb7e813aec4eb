import { formatNoun, UNIT_SPACE } from './number.js';

const SECOND = 1;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Shorter than this is "just now": clocks of two machines differ by as much. */
const JUST_NOW_SECONDS = 3;

/** Beyond a month the date says more than the number of days. */
const DATE_AFTER_DAYS = 30;

/** A length of time in words a person reads at a glance: `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [unit, name, subUnit, subName] =
    whole >= HOUR
      ? ([HOUR, 'h', MINUTE, 'min'] as const)
      : whole >= MINUTE
        ? ([MINUTE, 'min', SECOND, 's'] as const)
        : ([SECOND, 's', SECOND, ''] as const);
  const rest = Math.floor((whole % unit) / subUnit);
  const main = `${Math.floor(whole / unit)}${UNIT_SPACE}${name}`;
  return rest > 0 ? `${main} ${rest}${UNIT_SPACE}${subName}` : main;
}

/** Time that is left, rounded so that it does not flicker: to 5 s below two minutes, else to minutes. */
export function formatRemaining(seconds: number): string {
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 2 * MINUTE) return `about ${formatDuration(Math.ceil(seconds / 5) * 5)} left`;
  return `about ${formatDuration(Math.ceil(seconds / MINUTE) * MINUTE)} left`;
}

/** A moment as seen from `now`: `just now`, `12 s ago`, `3 h ago`, `2 days ago`, then the date. */
export function formatAgo(at: string, nowMs: number): string {
  const seconds = Math.floor((nowMs - Date.parse(at)) / 1000);
  if (seconds < JUST_NOW_SECONDS) return 'just now';
  if (seconds < MINUTE) return `${seconds}${UNIT_SPACE}s ago`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}${UNIT_SPACE}min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)}${UNIT_SPACE}h ago`;
  const days = Math.floor(seconds / DAY);
  return days <= DATE_AFTER_DAYS ? `${formatNoun(days, 'day')} ago` : `on ${at.slice(0, 10)}`;
}

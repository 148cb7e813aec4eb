/** U+202F: keeps a number and its unit on one line, closer together than a full space. */
export const UNIT_SPACE = '\u202f';

/** What stands where a value is not known. */
export const UNKNOWN = '–';

const MINUS = '\u2212';

/** A number with exactly so many decimals and a real minus sign. Never `−0`. */
export function formatFixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/**
 * Decimals that show `digits` significant digits of a value, between 0 and 4. Rounding may carry into a new digit
 * (9.996 → 10.0), so the digits are counted after rounding.
 */
export function decimalsFor(value: number, digits = 3): number {
  const magnitude = Math.abs(value);
  if (!(magnitude > 0) || !Number.isFinite(magnitude)) return 0;
  const integerDigits = Math.floor(Math.log10(Number(magnitude.toPrecision(digits)))) + 1;
  return Math.min(4, Math.max(0, digits - integerDigits));
}

const COUNT_UNITS = [
  { factor: 1e12, unit: 'T' },
  { factor: 1e9, unit: 'G' },
  { factor: 1e6, unit: 'M' },
  { factor: 1e3, unit: 'k' },
] as const;

/** Where a count, rounded to three digits, belongs to the next unit (999 950 is 1.00 M). */
const CARRY = 0.9995;

/** A count with three significant digits and an SI prefix: `25.6 M`. */
export function formatCount(count: number): string {
  const scaled = COUNT_UNITS.find(({ factor }) => Math.abs(count) >= factor * CARRY);
  if (scaled === undefined) return formatFixed(count, 0);
  const value = count / scaled.factor;
  return `${formatFixed(value, decimalsFor(value))}${UNIT_SPACE}${scaled.unit}`;
}

const BYTE_UNITS = [
  { factor: 1e12, unit: 'TB' },
  { factor: 1e9, unit: 'GB' },
  { factor: 1e6, unit: 'MB' },
  { factor: 1e3, unit: 'kB' },
] as const;

/** A size in bytes with three significant digits and a decimal unit: `102 MB`. */
export function formatBytes(sizeBytes: number): string {
  const scaled = BYTE_UNITS.find(({ factor }) => sizeBytes >= factor * CARRY);
  if (scaled === undefined) return `${formatFixed(sizeBytes, 0)}${UNIT_SPACE}B`;
  const value = sizeBytes / scaled.factor;
  return `${formatFixed(value, decimalsFor(value))}${UNIT_SPACE}${scaled.unit}`;
}

/** A share of one as percent: `6.3 %`. */
export function formatShare(share: number, decimals = 1): string {
  return `${formatFixed(share * 100, decimals)}${UNIT_SPACE}%`;
}

/** A number and its noun in the right form: `1 agent`, `3 agents`. */
export function formatNoun(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** A latency with the digits that it can carry: `77.3 ms`, `0.0123 ms`. */
export function formatMs(ms: number): string {
  return `${significant(ms)} ms`;
}

/** A number with about four significant digits and no exponent. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000) return value.toFixed(0);
  if (size >= 100) return value.toFixed(1);
  if (size >= 10) return value.toFixed(2);
  if (size >= 0.1) return value.toFixed(3);
  return size === 0 ? '0' : value.toFixed(5);
}

/** A latency with its 95 % interval: `54.1 ms [53.8, 54.4]`. */
export function formatEstimate(ms: number, ci: readonly [number, number]): string {
  return `${formatMs(ms)} [${significant(ci[0])}, ${significant(ci[1])}]`;
}

/** A count in thousands, millions or billions: `25.6 M`. */
export function formatCount(count: number): string {
  const units = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const unit = units.find(([size]) => count >= size);
  return unit === undefined ? String(count) : `${(count / unit[0]).toPrecision(3)} ${unit[1]}`;
}

/** A share as percent with one decimal. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** A shape as people write it: `64×56×56`. */
export function formatShape(dims: readonly (number | string | null)[]): string {
  return dims.length === 0 ? 'scalar' : dims.map((dim) => dim ?? '?').join('×');
}

/** Seconds for a person: `45 s`, `2 min 05 s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** A size in bytes with a decimal unit: `102 MB`. */
export function formatBytes(bytes: number): string {
  const units = [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ] as const;
  const unit = units.find(([size]) => bytes >= size);
  return unit === undefined ? `${bytes} B` : `${Number((bytes / unit[0]).toPrecision(3))} ${unit[1]}`;
}

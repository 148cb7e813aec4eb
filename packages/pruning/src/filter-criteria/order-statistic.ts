/** Values of 16 bits. */
const DIGITS = 2 ** 16;

/** 16-bit digits of a float64, the highest first. */
const HIGHEST_FIRST = [3, 2, 1, 0] as const;

/**
 * The n-th largest of many numbers that are not negative, without keeping them: `each` calls its argument with every
 * number, the same ones in every call. The bits of such a float64, read as a whole number, order as the floats do, so the
 * digits of the answer are found one after the other by counting. `n` counts from 1; too large an `n` gives the least.
 */
export function nthLargest(each: (visit: (value: number) => void) => void, n: number): number {
  const float = new Float64Array(1);
  const digits = new Uint16Array(float.buffer);
  const found: { readonly place: number; readonly digit: number }[] = [];
  let rest = n;
  for (const place of HIGHEST_FIRST) {
    const counts = new Float64Array(DIGITS);
    each((value) => {
      float[0] = value;
      if (!found.every((known) => digits[known.place] === known.digit)) return;
      const digit = digits[place] ?? 0;
      counts[digit] = (counts[digit] ?? 0) + 1;
    });
    let digit = DIGITS - 1;
    while (digit > 0 && rest > (counts[digit] ?? 0)) rest -= counts[digit--] ?? 0;
    found.push({ place, digit });
  }
  for (const { place, digit } of found) digits[place] = digit;
  return float[0] ?? 0;
}

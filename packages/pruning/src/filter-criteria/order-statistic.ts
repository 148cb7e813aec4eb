/** Values of 16 bits. */
const DIGITS = 2 ** 16;

/** Place of the highest of a float64's four such digits. */
const HIGHEST = 3;

/**
 * The n-th largest of many numbers that are not negative, without keeping them: `each` calls its argument with every
 * number, the same ones in every call. The bits of such a float64, read as a whole number, order as the floats do, so the
 * digits of the answer are found one after the other by counting. `n` counts from 1; too large an `n` gives the least.
 */
export function nthLargest(each: (visit: (value: number) => void) => void, n: number): number {
  const float = new Float64Array(1);
  const digits = new Uint16Array(float.buffer);
  const found = new Uint16Array(digits.length);
  let rest = n;
  for (let place = HIGHEST; place >= 0; place--) {
    const counts = new Float64Array(DIGITS);
    each((value) => {
      float[0] = value;
      for (let known = HIGHEST; known > place; known--) if (digits[known] !== found[known]) return;
      const digit = digits[place] ?? 0;
      counts[digit] = (counts[digit] ?? 0) + 1;
    });
    let digit = DIGITS - 1;
    while (digit > 0 && rest > (counts[digit] ?? 0)) rest -= counts[digit--] ?? 0;
    found[place] = digit;
  }
  digits.set(found);
  return float[0] ?? 0;
}

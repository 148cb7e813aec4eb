/** What a typed number comes to: the number, or what is wrong with it. */
export type CountReading =
  | { readonly count: number; readonly error: null }
  | { readonly count: null; readonly error: string };

/** Reads a whole number that a person types. @param least and `most` are both allowed */
export function readCount(text: string, least: number, most: number): CountReading {
  const typed = text.trim();
  const count = /^\d{1,9}$/.test(typed) ? Number(typed) : Number.NaN;
  return count >= least && count <= most
    ? { count, error: null }
    : { count: null, error: `A whole number from ${least} to ${most}` };
}

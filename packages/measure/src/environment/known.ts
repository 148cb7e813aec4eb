/** The fields of a record that may be missing, as they come from a platform that does not tell everything. */
type Known<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

function isKnown<Fields extends object>(fields: object): fields is Known<Fields> {
  return !Object.values(fields).includes(undefined);
}

/** The fields that are known; one that is `undefined` is left out. */
export function known<Fields extends object>(fields: Fields): Known<Fields> {
  const told: object = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  if (!isKnown<Fields>(told)) throw new TypeError('a field that is not known was kept');
  return told;
}

/** The sum of what is known; `undefined`: nothing is. */
export function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const told = values.filter((value) => value !== undefined);
  return told.length === 0 ? undefined : told.reduce((sum, value) => sum + value, 0);
}

/** The largest of what is known. */
export function largestOf(values: readonly (number | undefined)[]): number | undefined {
  const told = values.filter((value) => value !== undefined);
  return told.length === 0 ? undefined : told.reduce((largest, value) => Math.max(largest, value));
}

/** The smallest of what is known. */
export function smallestOf(values: readonly (number | undefined)[]): number | undefined {
  const told = values.filter((value) => value !== undefined);
  return told.length === 0 ? undefined : told.reduce((smallest, value) => Math.min(smallest, value));
}

/** The mean of what is known. */
export function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const sum = sumOf(values);
  return sum === undefined ? undefined : sum / values.filter((value) => value !== undefined).length;
}

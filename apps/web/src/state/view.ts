/** What a page or a part of it has to show, and nothing else: each member is drawn in its own way. */
export type View<Data> =
  | { readonly state: 'loading' }
  | { readonly state: 'empty' }
  | { readonly state: 'error'; readonly error: Error }
  | { readonly state: 'ready'; readonly data: Data }
  | { readonly state: 'stale'; readonly data: Data; readonly error: Error; readonly sinceMs: number };

/** What a query knows: the last answer, when it came, and why the newest try failed. */
export interface QuerySnapshot<Data> {
  readonly data: Data | undefined;
  readonly error: Error | null;
  /** When `data` arrived, in ms since 1970. */
  readonly dataUpdatedAt: number;
}

/**
 * What to draw for a query. An error does not take away what was there before: it makes it stale.
 * @param isEmpty whether an answer holds nothing to show
 */
export function viewOf<Data>(
  { data, error, dataUpdatedAt }: QuerySnapshot<Data>,
  isEmpty: (data: Data) => boolean = () => false,
): View<Data> {
  if (data === undefined) return error === null ? { state: 'loading' } : { state: 'error', error };
  if (error !== null) return { state: 'stale', data, error, sinceMs: dataUpdatedAt };
  return isEmpty(data) ? { state: 'empty' } : { state: 'ready', data };
}

import type { ListOptions } from './options.js';

/** A page of a list, as the API answers. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Every item of a list, fetched page after page as the reader goes on. */
export async function* itemsOf<Item, Options extends ListOptions>(
  list: (options: Options) => Promise<Page<Item>>,
  options: Options,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | null | undefined = options.cursor;
  do {
    const page: Page<Item> = await list({ ...options, cursor: cursor ?? undefined });
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

import { StoreError } from './errors.js';

/** A page of a list, newest first; `nextCursor` is null on the last one. */
export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

/** Which page. `cursor` is the `nextCursor` of the one before. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

interface Position {
  readonly createdAt: Date;
  readonly id: string;
}

const encode = ({ createdAt, id }: Position): string =>
  Buffer.from(`${createdAt.getTime()} ${id}`).toString('base64url');

function decode(cursor: string): Position {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (!/^\d{1,15}$/.test(time) || !/^[0-9a-f-]{36,64}$/.test(id)) {
    throw new StoreError('cursor-invalid', 'The cursor is not one that a list gave', {
      hint: 'Pass nextCursor of the page before, unchanged',
    });
  }
  return { createdAt: new Date(Number(time)), id };
}

/**
 * The part of a Prisma query that reads one page in the order (createdAt, id), newest first: one row more than asked for,
 * so that `pageOf` knows whether another page follows.
 * @throws StoreError `cursor-invalid`
 */
export function pageQuery({ limit, cursor }: PageRequest) {
  const after = cursor === undefined ? undefined : decode(cursor);
  return {
    take: limit + 1,
    orderBy: [{ createdAt: 'desc' as const }, { id: 'desc' as const }],
    // The first condition is what an index range scan can use; the second settles equal moments.
    after:
      after === undefined
        ? []
        : [
            { createdAt: { lte: after.createdAt } },
            { OR: [{ createdAt: { lt: after.createdAt } }, { id: { lt: after.id } }] },
          ],
  };
}

/** Cuts the rows of `pageQuery` to the page and renders them. */
export function pageOf<Row extends Position, Item>(
  rows: readonly Row[],
  { limit }: PageRequest,
  render: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(render),
    nextCursor: rows.length > limit && last !== undefined ? encode(last) : null,
  };
}

import type { ReactNode } from 'react';
import styles from './table.module.css';

/** A column: its head, and what it shows of an item. */
export interface TableColumn<Item> {
  readonly head: string;
  readonly cell: (item: Item) => ReactNode;
  readonly number?: boolean;
}

/** The columns of a table; the first one names the row. */
export type TableColumns<Item> = readonly [TableColumn<Item>, ...TableColumn<Item>[]];

interface TableProps<Item> {
  readonly caption: string;
  readonly columns: TableColumns<Item>;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
}

/** Items in rows; on a phone each row is a small sheet of its own. */
export function Table<Item>({ caption, columns, items, keyOf }: TableProps<Item>) {
  const [name, ...others] = columns;
  return (
    <div className={styles.table}>
      {/* The roles are said again: a table drawn as blocks on a phone would lose them. */}
      <table role="table">
        <caption className="visuallyHidden">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ head, number = false }) => (
              <th key={head} role="columnheader" scope="col" className={number ? styles.number : ''}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {items.map((item) => (
            <tr key={keyOf(item)} role="row">
              <th role="rowheader" scope="row">
                {name.cell(item)}
              </th>
              {others.map(({ head, number = false, cell }) => (
                <td key={head} role="cell" data-label={head} className={number ? styles.number : ''}>
                  {cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { ZooEntry } from './architecture.js';
import { zooModels } from './zoo.js';

/** A figure as a source prints it: `20.04 M` stands for all numbers that round to it. */
interface Printed {
  readonly value: number;
  readonly halfUnit: number;
}

const DOCS = new URL('../../../docs/zoo.md', import.meta.url);
const UNITS = new Map([
  ['', 1],
  ['M', 1e6],
  ['G', 1e9],
]);

/** Rows of the table, as cells. */
function tableRows(): readonly (readonly string[])[] {
  const lines = readFileSync(DOCS, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function rowOf({ removableByReinitialising = [], ...entry }: ZooEntry): readonly string[] {
  const more = removableByReinitialising.length > 0 ? ` + ${removableByReinitialising.length}` : '';
  return [
    entry.name,
    entry.inputShape.slice(1).join('×'),
    entry.publishedParameters.toLocaleString('en'),
    entry.publishedMacs.toLocaleString('en'),
    String(entry.blocks),
    `${entry.removableBlocks.length}${more}`,
  ];
}

/** Reads `1,234`, `20.04 M` or a difference of two such; `—` stands for a figure that the source does not give. */
function printedFigure(text: string): Printed {
  if (text === '—') return { value: 0, halfUnit: Number.POSITIVE_INFINITY };
  const terms = text.split(' − ').map((term) => {
    const [, digits = '', decimals = '', unit = ''] = /^([\d,]+)(?:\.(\d+))? ?([MG]?)$/.exec(term) ?? [];
    const scale = UNITS.get(unit) ?? Number.NaN;
    const value = digits === '' ? Number.NaN : Number(`${digits.replaceAll(',', '')}.${decimals}`) * scale;
    return { value, halfUnit: unit === '' ? 0 : (scale * 10 ** -decimals.length) / 2 };
  });
  return terms.reduce((sum, term) => ({ value: sum.value - term.value, halfUnit: sum.halfUnit + term.halfUnit }));
}

const isNear = (exact: number, { value, halfUnit }: Printed): boolean => Math.abs(exact - value) <= halfUnit * 1.001;

test('docs/zoo.md lists the models of the zoo with their figures', () => {
  expect(existsSync(DOCS)).toBe(true);
  expect(tableRows().map((row) => row.slice(0, 6))).toEqual(zooModels.map(rowOf));
});

test.each(zooModels)('the figures of $name round to those printed at its source, which docs/zoo.md names', (entry) => {
  const [printed = '', source] =
    tableRows()
      .find(([name]) => name === entry.name)
      ?.slice(6) ?? [];
  const [parameters = '', macs = ''] = printed.split(' · ');
  expect(source).toBe(entry.source);
  expect(isNear(entry.publishedParameters, printedFigure(parameters))).toBe(true);
  expect(isNear(entry.publishedMacs, printedFigure(macs))).toBe(true);
});

test('a printed figure stands for the numbers that round to it', () => {
  expect(isNear(20_040_522, printedFigure('20.04 M'))).toBe(true);
  expect(isNear(20_045_522, printedFigure('20.04 M'))).toBe(false);
  expect(isNear(23_834_568, printedFigure('27,161,264 − 3,326,696'))).toBe(true);
  expect(isNear(1, printedFigure('one'))).toBe(false);
});

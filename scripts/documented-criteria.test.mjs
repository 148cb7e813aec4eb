import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DataCriterion, FilterCriterion, WeightCriterion } from '@espalier/contracts';
import { criteria } from '@espalier/pruning';
import { expect, test } from '@jest/globals';

const docs = join(dirname(fileURLToPath(import.meta.url)), '../docs');
const text = readFileSync(join(docs, 'criteria.md'), 'utf8');

/** The rows of the table behind a marker, as cells by heading. */
function tableOf(marker) {
  const [, table = ''] = new RegExp(`<!-- ${marker} -->\\n((?:\\|.*\\n)+)`).exec(text) ?? [];
  const [headings = [], , ...rows] = table
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return rows.map((cells) => Object.fromEntries(headings.map((heading, index) => [heading, cells[index] ?? ''])));
}

const tables = { blocks: tableOf('blocks'), filters: tableOf('filters') };
const namesOf = (rows) => rows.map(({ criterion }) => criterion.replaceAll('`', ''));
const literals = (union) => union.anyOf.map((literal) => literal.const);

test('the table of blocks has every criterion for blocks that a request can name', () => {
  const data = literals(DataCriterion).filter((name) => name !== 'sensitivity');
  expect(namesOf(tables.blocks)).toEqual(expect.arrayContaining([...literals(WeightCriterion), ...data, 'ensemble']));
});

test('the table of filters has every criterion for filters that a request can name', () => {
  expect(namesOf(tables.filters)).toEqual(expect.arrayContaining([...literals(FilterCriterion), 'sensitivity']));
});

test.each(['blocks', 'filters'])('the table of %s and the list that the command prints agree', (of) => {
  const listed = criteria.filter((criterion) => criterion.of === of).map(({ name, needs }) => [name, needs]);
  const documented = tables[of].map(({ criterion, needs }) => [criterion.replaceAll('`', ''), needs]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(listed));
  expect(documented).toHaveLength(listed.length);
});

test.each(['blocks', 'filters'])('every criterion for %s has a formula, a source and a test that exists', (of) => {
  for (const { criterion, formula, source, test: tests } of tables[of]) {
    expect([criterion, formula, source]).not.toContain('');
    const files = [...tests.matchAll(/\]\(([^)]+)\)/g)].map(([, file]) => file);
    expect([criterion, files]).not.toEqual([criterion, []]);
    for (const file of files) expect([file, existsSync(join(docs, file))]).toEqual([file, true]);
  }
});

test('methods that only a training job can run say what to post', () => {
  const posted = tableOf('posted');
  expect(posted.map(({ method }) => method)).toEqual([
    'KDFS',
    'SbF-Pruner',
    'filter gating (DAFG)',
    'Network Pruning Network',
  ]);
  for (const { post, source } of posted) {
    expect(post).toMatch(/^`(keep|scores)`/);
    expect(source).toMatch(/arXiv \d{4}\.\d{5}/);
  }
});

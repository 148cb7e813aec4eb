import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const sources = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'src');

const components = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx'));

/** The stylesheet that a component imports, with the name it gives it. */
const STYLESHEET = /import (?<name>\w+) from '(?<path>\.[^']+\.module\.css)'/g;

const classesIn = (css: string): ReadonlySet<string> =>
  new Set([...css.replaceAll(/\/\*[\s\S]*?\*\//g, '').matchAll(/\.([a-zA-Z][\w-]*)/g)].map(([, name = '']) => name));

const usesIn = (source: string, name: string): ReadonlySet<string> =>
  new Set([...source.matchAll(new RegExp(`\\b${name}\\.([a-zA-Z]\\w*)`, 'g'))].map(([, used = '']) => used));

const imports = components.flatMap((file) => {
  const source = readFileSync(join(sources, file), 'utf8');
  return [...source.matchAll(STYLESHEET)].map(({ groups = {} }) => {
    const css = readFileSync(join(sources, dirname(file), groups['path'] ?? ''), 'utf8');
    return { file, used: usesIn(source, groups['name'] ?? ''), defined: classesIn(css) };
  });
});

test('components with stylesheets were found', () => {
  expect(imports.length).toBeGreaterThan(10);
});

test.each(imports)(
  'every class that $file names is in its stylesheet, and the other way round',
  ({ used, defined }) => {
    expect([...used].sort()).toEqual([...defined].sort());
  },
);

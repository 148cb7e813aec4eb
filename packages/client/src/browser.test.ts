import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';

/** The modules that `url` imports, whatever the depth, our own and others. */
async function importsOf(url: URL, known: Set<string> = new Set()): Promise<ReadonlySet<string>> {
  const source = await readFile(url, 'utf8');
  for (const [, name = ''] of source.matchAll(/from '([^']+)'/g)) {
    const found = name.startsWith('.') ? new URL(name, url).href : name;
    if (known.has(found)) continue;
    known.add(found);
    if (name.startsWith('.')) await importsOf(new URL(name, url), known);
  }
  return known;
}

test('the main entry runs in a browser: no module below it is one of Node', async () => {
  const imports = await importsOf(new URL('index.js', import.meta.url));
  expect([...imports].filter((name) => !name.startsWith('file:')).toSorted()).toEqual([
    '@espalier/contracts',
    'eventsource-parser',
  ]);
  expect(await importsOf(new URL('node.js', import.meta.url))).toContain('node:crypto');
});

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { removeStaleTestsIn } from './stale-tests.mjs';

test('only compiled tests without a source are removed', () => {
  const workspace = mkdtempSync(join(tmpdir(), 'espalier-stale-'));
  const files = [
    'src/plan.ts',
    'src/plan.test.ts',
    'src/page.test.tsx',
    'dist/plan.js',
    'dist/plan.test.js',
    'dist/page.test.js',
    'dist/gone.js',
    'dist/gone.test.js',
    'dist/gone.test.js.map',
    'dist/gone.test.d.ts',
  ];
  for (const folder of ['src', 'dist']) mkdirSync(join(workspace, folder));
  for (const file of files) writeFileSync(join(workspace, file), '');
  removeStaleTestsIn(workspace);
  expect(readdirSync(join(workspace, 'dist')).toSorted()).toEqual([
    'gone.js',
    'page.test.js',
    'plan.js',
    'plan.test.js',
  ]);
  rmSync(workspace, { recursive: true });
});

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/paths.mjs';

const COMPILED = /\.test\.(js|js\.map|d\.ts|d\.ts\.map)$/;

/** Removes compiled tests whose source is gone: the compiler leaves them behind, and they would still run. */
export function removeStaleTests() {
  for (const group of ['packages', 'apps']) {
    for (const name of readdirSync(join(ROOT, group))) removeIn(join(ROOT, group, name));
  }
}

/** @param {string} workspace */
function removeIn(workspace) {
  const dist = join(workspace, 'dist');
  if (!existsSync(dist)) return;
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const source = join(workspace, 'src', file.replace(COMPILED, '.test.ts'));
    if (COMPILED.test(file) && !existsSync(source) && !existsSync(`${source}x`)) rmSync(join(dist, file));
  }
}

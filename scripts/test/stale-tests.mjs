import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/paths.mjs';

const COMPILED = /\.test\.(js|js\.map|d\.ts|d\.ts\.map)$/;

/** Removes compiled tests whose source is gone: the compiler leaves them behind, and they would still run. */
export function removeStaleTests() {
  const workspaces = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => join(group, name)),
  );
  for (const workspace of [...workspaces, 'bench']) removeStaleTestsIn(join(ROOT, workspace));
}

/** @param {string} workspace a folder with `src` and `dist` */
export function removeStaleTestsIn(workspace) {
  const dist = join(workspace, 'dist');
  if (!existsSync(dist)) return;
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const source = join(workspace, 'src', file.replace(COMPILED, '.test.ts'));
    if (COMPILED.test(file) && !existsSync(source) && !existsSync(`${source}x`)) rmSync(join(dist, file));
  }
}

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

/** Where the compiler puts tests; the bundler empties the dashboard's `dist`, so its tests lie elsewhere. */
const OUTPUTS = ['dist', 'dist-logic/dist'];

/** @param {string} workspace a folder with `src` and what was compiled from it */
export function removeStaleTestsIn(workspace) {
  for (const output of OUTPUTS.map((name) => join(workspace, name)).filter((path) => existsSync(path))) {
    for (const file of readdirSync(output, { recursive: true, encoding: 'utf8' })) {
      const source = join(workspace, 'src', file.replace(COMPILED, '.test.ts'));
      if (COMPILED.test(file) && !existsSync(source) && !existsSync(`${source}x`)) rmSync(join(output, file));
    }
  }
}

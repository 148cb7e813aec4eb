import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');

/** Which rooms a room may know (ARCHITECTURE.md, "Rooms"). A room that is not listed here fails the test. */
const mayKnow = {
  contracts: [],
  onnx: [],
  zoo: ['onnx'],
  pruning: ['onnx'],
  measure: ['contracts', 'onnx'],
  scoring: ['contracts', 'measure', 'onnx', 'pruning'],
  planner: [],
  store: ['contracts'],
  queue: ['contracts'],
  catalog: ['contracts', 'measure', 'onnx', 'pruning', 'scoring', 'store'],
  client: ['contracts'],
  stack: [],
};
const pureRooms = ['contracts', 'onnx', 'zoo', 'pruning', 'measure', 'scoring', 'planner'];

function sourcesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/generated/') && !path.includes('/testing/'));
}

describe('the linter', () => {
  let folder;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'espalier-boundaries-'));
    // Everything of our settings but the type-aware rules, which need a compiled project around the file.
    const { options: _typeAware, ...settings } = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8'));
    writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify(settings));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function lint(room, source) {
    const file = join(folder, 'packages', room, 'src', 'trespass.ts');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, source);
    return spawnSync(process.execPath, [oxlint, 'packages'], { cwd: folder, encoding: 'utf8' });
  }

  test.each(
    pureRooms.flatMap((room) =>
      ['fastify', 'bullmq', 'ioredis', '@prisma/client', 'pg', '@espalier/store'].map((name) => [room, name]),
    ),
  )('refuses %s when it imports %s', (room, name) => {
    const result = lint(room, `import thing from '${name}';\nexport const used = thing;\n`);
    expect(result.stdout).toContain('Pure rooms know no server, queue or database');
    expect(result.status).not.toBe(0);
    rmSync(join(folder, 'packages', room), { recursive: true });
  });

  test('refuses an import that goes around the door of a package', () => {
    const result = lint(
      'store',
      "import { thing } from '@espalier/contracts/dist/plan.js';\nexport const used = thing;\n",
    );
    expect(result.stdout).toContain('A package has one door');
    rmSync(join(folder, 'packages/store'), { recursive: true });
  });

  test('lets a pure room import what it may', () => {
    const result = lint('pruning', "import { decodeModel } from '@espalier/onnx';\nexport const used = decodeModel;\n");
    expect(result.stdout).not.toContain('no-restricted-imports');
    expect(result.status).toBe(0);
  });
});

describe('the rooms', () => {
  const packages = readdirSync(join(root, 'packages')).filter((name) =>
    existsSync(join(root, 'packages', name, 'package.json')),
  );

  test('are those that the architecture names', () => {
    expect(packages.toSorted()).toEqual(Object.keys(mayKnow).toSorted());
  });

  test.each(packages)('%s imports only the rooms below it, and declares them', (name) => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    const imported = sourcesBelow(join(root, 'packages', name, 'src')).flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/from '@espalier\/([a-z-]+)/g)].map((match) => match[1]),
    );
    for (const room of new Set(imported)) {
      expect(mayKnow[name]).toContain(room);
      expect(Object.keys(dependencies)).toContain(`@espalier/${room}`);
    }
    const declared = Object.keys(dependencies).filter((dependency) => dependency.startsWith('@espalier/'));
    expect(mayKnow[name].map((room) => `@espalier/${room}`)).toEqual(expect.arrayContaining(declared));
  });
});

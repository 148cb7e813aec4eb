import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, STATE_DIR } from './paths.mjs';
import { step } from './progress.mjs';
import { nodeScript, npm, run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

const STAMP = join(STATE_DIR, 'built-from');
const WORKSPACES = ['packages', 'apps'];
const SKIPPED = new Set(['node_modules', 'dist', 'dist-logic', 'generated', '.turbo']);
const SHARED_INPUTS = ['package-lock.json', 'tsconfig.json', 'tsconfig.base.json', 'prisma/schema.prisma'];

/** Generates the Prisma client if the schema changed since the last time. */
export async function generateDatabaseClient() {
  // The script knows when there is nothing to do; only the first time takes long enough to be worth a line.
  const isFirst = !existsSync(join(ROOT, 'packages/store/src/generated'));
  await (isFirst ? step('generating the database client', generate) : generate());
}

async function generate() {
  const { ok, output } = await run([process.execPath, 'prisma/generate.mjs']);
  if (!ok) throw new SetupError('generating the database client failed', { output });
}

/** Builds every package and app, unless nothing has changed since the last build. */
export async function build() {
  const sources = hashOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources && allBuilt()) return;
  await step('building', async () => {
    if (!(await buildWithTurbo())) await buildDirectly();
  });
  mkdirSync(STATE_DIR, { recursive: true });
  writeFileSync(STAMP, sources);
}

async function buildWithTurbo() {
  const { ok } = await run(nodeScript('turbo/bin/turbo', 'run', 'build', '--output-logs=errors-only'), {
    env: {
      TURBO_TELEMETRY_DISABLED: '1',
      DO_NOT_TRACK: '1',
      // Turbo asks git for the files and gives up where the checkout belongs to another user, which git distrusts.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: ROOT,
    },
  });
  return ok;
}

/** Without turbo's cache: where turbo does not run, and to get the compiler's own words when the code is at fault. */
async function buildDirectly() {
  await must(nodeScript('typescript/bin/tsc', '-b'), 'the code does not compile');
  await must([...npm(), 'run', 'build', '-w', 'apps/web'], 'the dashboard does not build');
}

async function must(command, message) {
  const { ok, output } = await run(command);
  if (!ok) throw new SetupError(message, { output });
}

function allBuilt() {
  return WORKSPACES.flatMap((group) => readdirSync(join(ROOT, group)).map((name) => join(ROOT, group, name))).every(
    (folder) => !existsSync(join(folder, 'package.json')) || existsSync(join(folder, 'dist')),
  );
}

function hashOfSources() {
  const hash = createHash('sha256');
  const files = [...SHARED_INPUTS, ...WORKSPACES.flatMap((group) => [...filesBelow(group)])];
  for (const file of files) {
    const path = join(ROOT, file);
    if (existsSync(path)) hash.update(`${file}\0`).update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} folder relative to the checkout @returns {Generator<string>} in a fixed order */
function* filesBelow(folder) {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (SKIPPED.has(entry.name)) continue;
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

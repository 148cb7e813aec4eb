import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE_DIR } from './paths.mjs';
import { onPath } from './programs.mjs';
import { step } from './progress.mjs';
import { run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Sees to it that there is a redis-server: the one on PATH, the one unpacked earlier, else Debian's or Ubuntu's packages,
 * downloaded and unpacked into the cache. That needs no root, changes nothing on the system and starts no service.
 * @param {typeof import('../../packages/stack/dist/index.js')} stack
 */
export async function provideRedis({ redisProgram, StackError }) {
  const missing = await redisProgram(process.env.PATH ?? '', CACHE_DIR).then(
    () => undefined,
    (error) => error,
  );
  if (missing === undefined) return;
  if (!(missing instanceof StackError)) throw missing;
  const failed = (output) => new SetupError(missing.message, { hint: missing.hint, output });
  if (onPath('apt-get') === undefined || onPath('dpkg') === undefined) throw failed();
  await step('fetching redis-server', async () => {
    const output = await unpackRedis();
    if (output !== undefined) throw failed(output);
  });
}

/** Unpacks beside the final folder and renames. @returns {Promise<string | undefined>} why it failed */
async function unpackRedis() {
  mkdirSync(CACHE_DIR, { recursive: true });
  const draft = mkdtempSync(join(CACHE_DIR, 'redis.'));
  try {
    chmodSync(draft, 0o755);
    const downloaded = await download(draft, []);
    if (downloaded !== undefined) {
      // No package lists yet, or old ones: fetch own ones, since those of the system are root's.
      const lists = privateLists();
      await run(['apt-get', ...lists, 'update']);
      const again = await download(draft, lists);
      if (again !== undefined) return `${downloaded}\n${again}`;
    }
    for (const file of readdirSync(draft).filter((name) => name.endsWith('.deb'))) {
      const { ok, output } = await run(['dpkg', '-x', join(draft, file), draft]);
      if (!ok) return output;
      rmSync(join(draft, file));
    }
    const { ok, output } = await addStarter(draft);
    if (!ok) return output;
    rmSync(join(CACHE_DIR, 'redis'), { recursive: true, force: true });
    renameSync(draft, join(CACHE_DIR, 'redis'));
    return undefined;
  } finally {
    for (const folder of [draft, PRIVATE_APT]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Downloads redis-server and what it needs that the system lacks. @returns {Promise<string | undefined>} why it failed */
async function download(folder, options) {
  const plan = await run(['apt-get', ...options, 'install', '--simulate', '--no-install-recommends', 'redis-server']);
  if (!plan.ok) return plan.output;
  const packages = [...plan.stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
  const { ok, output } = await run(['apt-get', ...options, 'download', ...packages], { cwd: folder });
  return ok ? undefined : output;
}

const PRIVATE_APT = join(CACHE_DIR, 'apt');

function privateLists() {
  mkdirSync(join(PRIVATE_APT, 'lists/partial'), { recursive: true });
  mkdirSync(join(PRIVATE_APT, 'archives/partial'), { recursive: true });
  return ['-o', `Dir::State::lists=${PRIVATE_APT}/lists`, '-o', `Dir::Cache=${PRIVATE_APT}`];
}

/** The starter finds the libraries that were unpacked beside the program; it is tried once. */
async function addStarter(folder) {
  const libraries = ['usr/lib', 'lib']
    .filter((parent) => existsSync(join(folder, parent)))
    .flatMap((parent) => readdirSync(join(folder, parent)).map((name) => `$root/${parent}/${name}`));
  const lines = [
    '#!/bin/sh',
    'root=$(dirname "$(dirname "$0")")',
    `LD_LIBRARY_PATH="${libraries.join(':')}" exec "$root/usr/bin/redis-server" "$@"`,
    '',
  ];
  mkdirSync(join(folder, 'bin'));
  const starter = join(folder, 'bin/redis-server');
  writeFileSync(starter, lines.join('\n'), { mode: 0o755 });
  return run([starter, '--version']);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lockFolder } from './folder-lock.js';
import { readIdentity } from './identity.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'espalier-agent-'));
});
afterEach(() => rm(dir, { recursive: true }));

const lockModule = new URL('folder-lock.js', import.meta.url).href;

/** Another process that holds the folder until it is killed. */
async function holdElsewhere(): Promise<{ readonly pid: number; readonly kill: () => Promise<void> }> {
  const program = `const { lockFolder } = await import(${JSON.stringify(lockModule)}); await lockFolder(${JSON.stringify(dir)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test('a folder that a living process holds is refused, naming that process; a dead one gives it up', async () => {
  const holder = await holdElsewhere();
  try {
    await expect(lockFolder(dir)).rejects.toMatchObject({
      code: 'folder-locked',
      message: expect.stringContaining(String(holder.pid)),
    });
  } finally {
    await holder.kill();
  }
  const lock = await lockFolder(dir);
  await lock.release();
  expect(await readdir(dir)).toEqual([]);
});

test('a lock whose pid is alive by now as another process is stale', async () => {
  const holder = await holdElsewhere();
  try {
    const path = join(dir, 'agent.lock');
    await writeFile(path, JSON.stringify({ pid: holder.pid, startedAt: 'long ago' }));
    const lock = await lockFolder(dir);
    expect(await readdir(dir)).toEqual(['agent.lock']);
    await lock.release();
  } finally {
    await holder.kill();
  }
});

test('the folder is held against a second agent in the same process, too', async () => {
  const lock = await lockFolder(dir);
  await expect(lockFolder(dir)).rejects.toMatchObject({ code: 'folder-locked' });
  await lock.release();
});

test('a damaged lock is stale', async () => {
  await writeFile(join(dir, 'agent.lock'), '{');
  await (await lockFolder(dir)).release();
  expect(await readdir(dir)).toEqual([]);
});

test('a folder that cannot be made is a clear error', async () => {
  await writeFile(join(dir, 'file'), '');
  await expect(lockFolder(join(dir, 'file', 'agent'))).rejects.toMatchObject({ code: 'folder-unusable' });
});

test('the identity of a folder stays the same; a damaged one is a clear error', async () => {
  const id = await readIdentity(dir);
  await expect(readIdentity(dir)).resolves.toBe(id);
  await writeFile(join(dir, 'agent-id'), 'somebody');
  await expect(readIdentity(dir)).rejects.toMatchObject({ code: 'folder-unusable' });
});

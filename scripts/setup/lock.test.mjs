import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-lock-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const lockModule = new URL('./lock.mjs', import.meta.url).href;

/** A process that holds the lock for a moment and writes down when it has it and when it gives it up. */
async function holdLock() {
  const program = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    const { exclusively } = await import(${JSON.stringify(lockModule)});
    await exclusively(async () => {
      appendFileSync('diary', 'begin ');
      await sleep(100);
      appendFileSync('diary', 'end ');
    }, 'lock');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder });
  const [code] = await once(child, 'exit');
  return code;
}

test('setups that are started together run one after the other', async () => {
  expect(await Promise.all([holdLock(), holdLock(), holdLock()])).toEqual([0, 0, 0]);
  expect(readFileSync(join(folder, 'diary'), 'utf8')).toBe('begin end '.repeat(3));
  expect(existsSync(join(folder, 'lock'))).toBe(false);
});

test('a lock whose holder was killed is taken over', async () => {
  const dead = spawn('true');
  await once(dead, 'exit');
  writeFileSync(join(folder, 'lock'), String(dead.pid));
  expect(await Promise.all([holdLock(), holdLock()])).toEqual([0, 0]);
  expect(readFileSync(join(folder, 'diary'), 'utf8')).toBe('begin end '.repeat(2));
});

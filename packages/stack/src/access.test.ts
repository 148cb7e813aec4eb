import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { canReach, canRead, permits } from './access.js';
import { makeSandbox } from './testing/sandbox.js';

const user = { uid: 1000, gid: 100 };

test.each([
  { uid: 1000, gid: 100, mode: 0o700, allowed: true, who: 'the owner' },
  { uid: 1000, gid: 100, mode: 0o077, allowed: false, who: 'the owner, whom the bits for others do not help' },
  { uid: 0, gid: 100, mode: 0o050, allowed: true, who: 'the group' },
  { uid: 0, gid: 100, mode: 0o707, allowed: false, who: 'the group, whom the bits for others do not help' },
  { uid: 0, gid: 0, mode: 0o005, allowed: true, who: 'others' },
  { uid: 0, gid: 0, mode: 0o004, allowed: false, who: 'others, to whom one of two bits is missing' },
])('mode $mode for $who: $allowed', ({ allowed, ...file }) => {
  expect(permits(file, user, 5)).toBe(allowed);
});

test('a file that all may read is out of reach below a folder that is closed to others', async () => {
  const sandbox = makeSandbox();
  const nobody = { uid: 65_534, gid: 65_534 };
  const folder = join(sandbox.path, 'closed');
  const file = join(folder, 'file');
  mkdirSync(folder);
  writeFileSync(file, '');
  chmodSync(folder, 0o755);
  chmodSync(file, 0o644);
  expect(await canRead(file, nobody)).toBe(true);
  chmodSync(folder, 0o700);
  expect(await canRead(file, nobody)).toBe(false);
  expect(await canReach(folder, nobody)).toBe(true);
  expect(await canRead(join(sandbox.path, 'absent'), nobody)).toBe(false);
  sandbox.remove();
});

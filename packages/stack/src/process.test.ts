import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { processStart, startFromStat, workingFolder } from './process.js';

test('the start time is read past a program name with spaces and brackets', () => {
  const line = '7 (a (b) c) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 99 1';
  expect(startFromStat(line)).toBe('123456');
});

test('a process that has ended but was not waited for counts as gone', () => {
  expect(startFromStat('7 (x) Z 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 0 0')).toBeUndefined();
});

test('a process has one start time while it runs and none afterwards', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const start = processStart(pid);
  expect(start).not.toBeUndefined();
  expect(processStart(pid)).toBe(start);
  child.kill();
  await once(child, 'exit');
  expect(processStart(pid)).toBeUndefined();
});

test('the working folder of this process is known, that of no process is not', () => {
  expect(workingFolder(process.pid)).toBe(realpathSync('.'));
  expect(workingFolder(2 ** 30)).toBeUndefined();
});

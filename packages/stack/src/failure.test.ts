import { expect, test } from '@jest/globals';
import { StackError } from './error.js';
import { explained, failureOf } from './failure.js';

const where = { port: 6379, folder: '/data/redis' };

test.each([
  {
    log: 'Warning: Could not create server TCP listening socket 127.0.0.1:6379: bind: Address already in use',
    code: 'port-taken',
  },
  { log: 'Write error writing append only file on disk: No space left on device', code: 'disk-full' },
  { log: 'Bad directive or wrong number of arguments', code: 'redis-failed' },
])('the last words "$log" mean $code', ({ log, code }) => {
  expect(failureOf({ service: 'redis', log, ...where })).toMatchObject({ code });
});

test('an unknown failure shows the end of what was printed', () => {
  const log = Array.from({ length: 100 }, (_, line) => `line ${line}`).join('\n');
  const { message } = failureOf({ service: 'postgres', log, ...where });
  expect(message).toContain('line 99');
  expect(message).not.toContain('line 50');
});

test.each([
  { system: 'ENOSPC', code: 'disk-full' },
  { system: 'EACCES', code: 'data-folder-unusable' },
])('the system error $system becomes $code and stays the cause', async ({ system, code }) => {
  const cause = Object.assign(new Error('as the system says it'), { code: system });
  const failure = explained('/data', () => Promise.reject(cause));
  await expect(failure).rejects.toThrow(StackError);
  await expect(failure).rejects.toMatchObject({ code, cause });
});

test('an error that is not the system’s is passed on unchanged', async () => {
  const mistake = new TypeError('a mistake of ours');
  await expect(explained('/data', () => Promise.reject(mistake))).rejects.toBe(mistake);
});

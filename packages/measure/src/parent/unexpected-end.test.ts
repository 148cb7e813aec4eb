import { expect, test } from '@jest/globals';
import type { ProbeEnd } from '../measure-error.js';
import { MEMORY_LIMIT_MARK } from '../probe/marks.js';
import { unexpectedEnd } from './unexpected-end.js';

const GIB = 2 ** 30;

const end = (lastWords: string, how: Partial<ProbeEnd> = {}): ProbeEnd => ({
  exitCode: null,
  signal: 'SIGABRT',
  lastWords,
  ...how,
});

test.each([
  `${MEMORY_LIMIT_MARK}: 2000 of 1000 bytes`,
  "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc",
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  '# Fatal process out of memory: Zone',
  'mmap: Cannot allocate memory',
])('an end with the words %j is for want of memory', (lastWords) => {
  const error = unexpectedEnd(end(lastWords, { doing: { phase: 'first-run' } }), GIB);
  expect(error).toMatchObject({ code: 'probe-out-of-memory', probe: { lastWords } });
  expect(error.message).toMatch(/1024 MiB .* in the first run/);
});

test.each([
  { how: { exitCode: null, signal: 'SIGSEGV' } as const, says: /ended by SIGSEGV while it measured without an answer/ },
  { how: { exitCode: 7, signal: null }, says: /ended with exit code 7 while it measured/ },
])('any other end is a crash: $says', ({ how, says }) => {
  const error = unexpectedEnd(end('pure virtual method called', { ...how, doing: { phase: 'sampling' } }), GIB);
  expect(error.code).toBe('probe-crashed');
  expect(error.message).toMatch(says);
});

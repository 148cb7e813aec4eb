import { expect, test } from '@jest/globals';
import { limitCommand, ownHardLimitBytes } from './hard-limit.js';

const limits = (hard: string): string => `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max data size             unlimited            ${hard}            bytes
`;

const MIB = 2 ** 20;

test('the kernel’s limit leaves room for what is mapped and not resident', () => {
  expect(limitCommand('prlimit', 1024 * MIB, limits('unlimited'))).toEqual(['prlimit', `--data=${1536 * MIB}`]);
});

test('a lower limit that the parent has already is kept, for raising it would be refused', () => {
  expect(ownHardLimitBytes(limits('500000000'))).toBe(500_000_000);
  expect(limitCommand('prlimit', 1024 * MIB, limits('500000000'))).toEqual(['prlimit', '--data=500000000']);
});

test('without /proc nothing is known of a lower one', () => {
  expect(ownHardLimitBytes('')).toBeUndefined();
});

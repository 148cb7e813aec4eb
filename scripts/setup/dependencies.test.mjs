import { expect, test } from '@jest/globals';
import { isInstalled } from './dependencies.mjs';

const wanted = {
  '': { version: '1.0.0' },
  'packages/own': { version: '1.0.0' },
  'node_modules/own': { link: true },
  'node_modules/tool': { version: '2.0.0' },
  'node_modules/tool-for-macos': { version: '2.0.0', optional: true },
};
const { '': _root, 'packages/own': _own, 'node_modules/tool-for-macos': _other, ...installed } = wanted;

test('what npm has recorded as the lock file names it is installed, packages for other platforms aside', () => {
  expect(isInstalled(wanted, installed)).toBe(true);
});

test.each([
  { reason: 'an install broke off, so that there is no record', found: undefined },
  { reason: 'a package is missing', found: { 'node_modules/own': { link: true } } },
  { reason: 'a version differs', found: { ...installed, 'node_modules/tool': { version: '1.9.0' } } },
  { reason: 'a package of the workspace is not linked', found: { 'node_modules/tool': { version: '2.0.0' } } },
])('something is to be installed when $reason', ({ found }) => {
  expect(isInstalled(wanted, found)).toBe(false);
});

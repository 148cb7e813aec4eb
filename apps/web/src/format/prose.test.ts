import { expect, test } from '@jest/globals';
import { capitalised, proseParts } from './prose.js';

test('what backticks enclose is code', () => {
  expect(proseParts('start one with `espalier agent`; then wait')).toEqual([
    { text: 'start one with ', isCode: false },
    { text: 'espalier agent', isCode: true },
    { text: '; then wait', isCode: false },
  ]);
});

test('a backtick alone is a character like others', () => {
  expect(proseParts('a ` b')).toEqual([{ text: 'a ` b', isCode: false }]);
  expect(proseParts('')).toEqual([]);
});

test('a sentence begins with a capital', () => {
  expect(capitalised('no agent serves x86-cpu')).toBe('No agent serves x86-cpu');
  expect(capitalised('')).toBe('');
});

import { expect, test } from '@jest/globals';
import { createTurns } from './turns.js';

test('one thing is done at a time, in the order in which they came', async () => {
  const turns = createTurns();
  const seen: string[] = [];
  const act = (name: string) => async () => {
    seen.push(`${name} begins`);
    await Promise.resolve();
    seen.push(`${name} ends`);
    return name;
  };
  await expect(Promise.all([turns.take(act('a')), turns.take(act('b'))])).resolves.toEqual(['a', 'b']);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('what fails is told to who asked for it, and the next has its turn', async () => {
  const turns = createTurns();
  const failing = turns.take(async () => {
    throw new RangeError('no');
  });
  const next = turns.take(async () => 'yes');
  await expect(failing).rejects.toThrow('no');
  await expect(next).resolves.toBe('yes');
});

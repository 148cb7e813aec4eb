import { expect, test } from '@jest/globals';
import { fleetSentence } from './fleet.js';

test('the fleet is summed up in a sentence', () => {
  const agents = [{ state: 'busy' }, { state: 'idle' }, { state: 'offline' }] as const;
  expect(fleetSentence(agents, [{ queued: 14 }, { queued: 0 }])).toBe(
    '2 of 3 agents online, 1 measuring; 14 measurements queued.',
  );
  expect(fleetSentence([{ state: 'idle' }], [])).toBe('1 of 1 agent online, 0 measuring; nothing queued.');
  expect(fleetSentence([], [])).toBe('No agent yet.');
});

import type { MeasurementWarning } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { disturbances, takeUntilStable } from './stability.js';

type Code = MeasurementWarning['code'];

/** A take that is known by its name. */
interface Named {
  readonly name: string;
  readonly warnings: MeasurementWarning[];
}

/** Takes one after the other with the given warnings, and what came of it: kept, then discarded. */
async function chosenFrom(takes: readonly (readonly Code[])[], repeats: number): Promise<string[]> {
  const names = takes.entries();
  const { kept, discarded } = await takeUntilStable((): Promise<Named> => {
    const next = names.next();
    if (next.done) throw new Error('one take too many');
    const [index, codes] = next.value;
    return Promise.resolve({ name: `take${index}`, warnings: codes.map((code) => ({ code, evidence: {} })) });
  }, repeats);
  return [kept, ...discarded].map(({ name }) => name);
}

test('a take that nothing disturbed is kept at once', async () => {
  expect(await chosenFrom([[]], 3)).toEqual(['take0']);
});

test('without repeats the first take is kept, whatever was wrong', async () => {
  expect(await chosenFrom([['cpu-steal', 'drift']], 0)).toEqual(['take0']);
});

test('it is measured again until nothing disturbs, and the others are told of in order', async () => {
  expect(await chosenFrom([['other-load'], ['swap', 'drift'], []], 5)).toEqual(['take2', 'take0', 'take1']);
});

test('when every take was disturbed, the least disturbed one is kept, and of equals the latest', async () => {
  const two: Code[] = ['cpu-steal', 'drift'];
  expect(await chosenFrom([two, ['drift'], two], 2)).toEqual(['take1', 'take0', 'take2']);
  expect(await chosenFrom([['drift'], ['drift']], 1)).toEqual(['take1', 'take0']);
});

test('what would be the same the next time is no reason to measure again', async () => {
  const lasting: Code[] = ['governor-powersave', 'on-battery', 'not-converged', 'input-shape-assumed', 'few-runs'];
  expect(await chosenFrom([lasting], 5)).toEqual(['take0']);
});

const warning = (code: Code): MeasurementWarning => ({ code, evidence: {} });

test('the same disturbance twice counts once', () => {
  expect(disturbances([warning('drift'), warning('drift'), warning('swap'), warning('few-runs')])).toBe(2);
});

import { arch } from 'node:os';
import { builtInTargets } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { detectTargets } from './detect-targets.js';

test("this machine serves its own CPU's target, and says why it does not serve a foreign one", async () => {
  const cpuTargets = builtInTargets.filter(({ provider }) => provider === 'cpu');
  const detected = await detectTargets({ targets: cpuTargets });
  for (const { architecture, name } of cpuTargets) {
    const target = detected.find((each) => each.name === name);
    expect(target?.available).toBe(architecture === arch());
    expect(target?.reason).toBe(
      architecture === arch() ? undefined : `it is for ${architecture}, and this machine is ${arch()}`,
    );
  }
});

test('a provider that this build of onnxruntime lacks is named, with those that it has', async () => {
  const targets = [{ name: 'abacus', description: 'beads', architecture: 'any', provider: 'abacus' }];
  const [detected] = await detectTargets({ targets });
  expect(detected).toMatchObject({
    name: 'abacus',
    available: false,
    reason: expect.stringMatching(/abacus.*it has.*cpu/),
  });
});

test('detection can be cancelled', async () => {
  await expect(detectTargets({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
});

test('every built-in target is available, or there are words for why not', async () => {
  const detected = await detectTargets();
  expect(detected.map(({ name }) => name)).toEqual(builtInTargets.map(({ name }) => name));
  for (const { available, reason } of detected) expect(available ? 'available' : reason).toMatch(/\w+/);
});

test('two targets of one provider are tried once, and each is answered', async () => {
  const targets = ['one', 'other'].map((name) => ({ name, description: name, architecture: 'any', provider: 'cpu' }));
  expect((await detectTargets({ targets })).map(({ name, available }) => [name, available])).toEqual([
    ['one', true],
    ['other', true],
  ]);
});

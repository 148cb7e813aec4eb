import { arch } from 'node:os';
import { builtInTargets } from '@espalier/contracts';
import { detectTargets } from '@espalier/measure';
import { expect, test } from '@jest/globals';
import { chooseTargets, type TargetOptions } from './targets.js';
import { listeningLog, sendJson, startStandIn, type StandIn } from './testing.js';

const OWN_CPU = arch() === 'arm64' ? 'arm64-cpu' : 'x86-cpu';

const own = {
  name: 'my-board',
  description: '',
  architecture: arch(),
  provider: 'cpu',
  agentsOnline: 0,
  queued: 0,
  running: 0,
};
const foreign = { ...own, name: 'far-board', architecture: 'riscv64' };

const api = (): Promise<StandIn> =>
  startStandIn((_seen, response) => sendJson(response, 200, { items: [own, foreign], nextCursor: null }));

const optionsOf = ({ client }: StandIn, asked: TargetOptions['asked'], log = listeningLog().log): TargetOptions => ({
  asked,
  client,
  detect: detectTargets,
  signal: new AbortController().signal,
  log,
  random: () => 0,
});

test('an agent that is asked for nothing serves the CPU of its machine, and asks nobody', async () => {
  await using server = await api();
  await expect(chooseTargets(optionsOf(server, null))).resolves.toEqual([{ name: OWN_CPU, provider: 'cpu' }]);
  expect(server.seen).toHaveLength(0);
});

test('auto serves what really runs on this machine, and says of every other target why it does not', async () => {
  await using server = await api();
  const { log, lines } = listeningLog();
  const served = await chooseTargets(optionsOf(server, 'auto', log));
  expect(served).toContainEqual({ name: OWN_CPU, provider: 'cpu' });
  const unserved = builtInTargets.filter(({ name }) => !served.some((target) => target.name === name));
  for (const { name } of unserved) {
    expect(lines).toContainEqual(expect.objectContaining({ target: name, reason: expect.stringMatching(/./) }));
  }
  expect(server.seen).toHaveLength(0);
});

test("a target of one's own is what the API says it is", async () => {
  await using server = await api();
  await expect(chooseTargets(optionsOf(server, ['my-board']))).resolves.toEqual([
    { name: 'my-board', provider: 'cpu' },
  ]);
});

test('a target that this machine cannot serve is refused with the reason', async () => {
  await using server = await api();
  await expect(chooseTargets(optionsOf(server, ['my-board', 'far-board', 'coreml']))).rejects.toMatchObject({
    code: 'target-unavailable',
    message: expect.stringMatching(/far-board: .*riscv64.*coreml: ./),
  });
});

test('a target that nobody knows is refused with the names there are', async () => {
  await using server = await api();
  await expect(chooseTargets(optionsOf(server, ['nowhere']))).rejects.toMatchObject({
    code: 'target-unavailable',
    hint: expect.stringMatching(/x86-cpu.*my-board/),
  });
});

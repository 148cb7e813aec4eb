import { expect, test } from '@jest/globals';
import { affinityCommand, type AffinityGround } from './affinity.js';
import { cpusOf } from './cpu-list.js';

const linux: AffinityGround = { platform: 'linux', allowed: '0-2,5', taskset: '/usr/bin/taskset' };

test('a list of CPUs is numbers and ranges', () => {
  expect([...(cpusOf('0-2,5') ?? [])]).toEqual([0, 1, 2, 5]);
  expect(cpusOf('3-1')).toBeUndefined();
});

test('the probe is started through taskset where the CPUs may be used', () => {
  expect(affinityCommand('1-2,5', linux)).toEqual(['/usr/bin/taskset', '--cpu-list', '1-2,5']);
});

test.each([
  { what: 'a CPU that may not be used', affinity: '2-3', ground: linux, code: 'affinity-invalid', hint: '0-2,5' },
  { what: 'a CPU that does not exist', affinity: '9999', ground: linux, code: 'affinity-invalid', hint: '0-2,5' },
  { what: 'a range that runs backwards', affinity: '2-0', ground: linux, code: 'affinity-invalid', hint: 'lower' },
  {
    what: 'a platform without such a thing',
    affinity: '0',
    ground: { platform: 'darwin', allowed: undefined, taskset: undefined } as const,
    code: 'affinity-unsupported',
    hint: 'Linux',
  },
  {
    what: 'a Linux without taskset',
    affinity: '0',
    ground: { ...linux, taskset: undefined },
    code: 'affinity-unsupported',
    hint: 'util-linux',
  },
])('$what is refused', ({ affinity, ground, code, hint }) => {
  expect(() => affinityCommand(affinity, ground)).toThrow(
    expect.objectContaining({ code, hint: expect.stringContaining(hint) }),
  );
});

import { expect, test } from '@jest/globals';
import { intraOpThreads, plainSettings, type SessionSettings, sessionOptions } from './session-options.js';

test('every setting reaches the options of the session', () => {
  const settings = {
    ...plainSettings,
    threads: 3,
    interOpThreads: 2,
    executionMode: 'parallel',
    graphOptimization: 'basic',
    memoryArena: false,
    memoryPattern: false,
    spinning: false,
  } as const;
  expect(sessionOptions(settings)).toMatchObject({
    executionProviders: ['cpu'],
    intraOpNumThreads: 3,
    interOpNumThreads: 2,
    executionMode: 'parallel',
    graphOptimizationLevel: 'basic',
    enableCpuMemArena: false,
    enableMemPattern: false,
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  });
});

test('options of a provider are handed on with its name', () => {
  const settings = { ...plainSettings, provider: 'cuda', providerOptions: { deviceId: 1 } };
  expect(sessionOptions(settings).executionProviders).toEqual([{ name: 'cuda', deviceId: 1 }]);
});

interface Refused {
  readonly provider: string;
  readonly providerOptions: SessionSettings['providerOptions'];
  readonly says: RegExp;
}

test.each<Refused>([
  { provider: 'cuda', providerOptions: { cudnn_conv_algo_search: 'DEFAULT' }, says: /cudnn_conv_algo_search/ },
  { provider: 'tensorrt', providerOptions: { deviceId: '0' }, says: /deviceId must be a number/ },
  { provider: 'cpu', providerOptions: { useArena: true }, says: /does not pass on useArena/ },
  { provider: 'coreml', providerOptions: { constructor: 1 }, says: /constructor/ },
  { provider: 'qnn', providerOptions: { enableFp16Precision: 1 }, says: /must be a boolean/ },
])('an option that onnxruntime-node would drop is refused: $provider $says', ({ provider, providerOptions, says }) => {
  const attempt = () => sessionOptions({ ...plainSettings, provider, providerOptions });
  expect(attempt).toThrow(says);
  expect(attempt).toThrow(expect.objectContaining({ code: 'provider-options-invalid' }));
});

test('onnxruntime decides on threads only where it may use every CPU', () => {
  expect(intraOpThreads(0, { usable: 8, present: 8 })).toBe(0);
  expect(intraOpThreads(0, { usable: 2, present: 8 })).toBe(2);
  expect(intraOpThreads(3, { usable: 2, present: 8 })).toBe(3);
});

import { expect, test } from '@jest/globals';
import { machineOf } from '../environment/machines-testing.js';
import { MeasureError } from '../measure-error.js';
import { type Ground, groundOf, parseUnresolved } from './ground.js';
import { inParallel } from './in-parallel.js';
import { reasonBeforehand, reasonOfFailure, reasonOfRefusal } from './reason.js';

const complete: Ground = {
  platform: 'linux',
  architecture: 'x64',
  missingLibraries: () => [],
  unresolvedLibraries: () => Promise.resolve([]),
  hasNvidiaGpu: () => Promise.resolve(true),
  hasVulkanLoader: () => Promise.resolve(true),
};

test.each([
  { provider: 'cpu', architecture: 'arm64', reason: 'it is for arm64, and this machine is x64' },
  { provider: 'coreml', architecture: 'any', reason: 'Core ML is on macOS only' },
  { provider: 'dml', architecture: 'any', reason: 'DirectML is on Windows only' },
  { provider: 'cuda', architecture: 'any', reason: undefined },
  { provider: 'cpu', architecture: 'x64', reason: undefined },
])('beforehand, $provider for $architecture on Linux x64: $reason', ({ provider, architecture, reason }) => {
  expect(reasonBeforehand({ provider, architecture }, complete)).toBe(reason);
});

test('Core ML on macOS and DirectML on Windows are tried', () => {
  const target = { architecture: 'any' };
  expect(reasonBeforehand({ ...target, provider: 'coreml' }, { ...complete, platform: 'darwin' })).toBeUndefined();
  expect(reasonBeforehand({ ...target, provider: 'dml' }, { ...complete, platform: 'win32' })).toBeUndefined();
});

test.each<{ lacks: string; provider: string; ground: Partial<Ground>; words: RegExp }>([
  {
    lacks: "onnxruntime's own libraries",
    provider: 'cuda',
    ground: { missingLibraries: () => ['libonnxruntime_providers_cuda.so'] },
    words: /^onnxruntime's package.*libonnxruntime_providers_cuda\.so.*INSTALL=cuda12.*\(said\)$/,
  },
  {
    lacks: 'libraries of NVIDIA',
    provider: 'tensorrt',
    ground: { unresolvedLibraries: () => Promise.resolve(['libnvinfer.so.10', 'libcudnn.so.9']) },
    words: /^libnvinfer\.so\.10, libcudnn\.so\.9 not found: install cuDNN 9, TensorRT 10, or .* \(said\)$/,
  },
  {
    lacks: 'a GPU',
    provider: 'cuda',
    ground: { hasNvidiaGpu: () => Promise.resolve(false) },
    words: /^nvidia-smi lists no NVIDIA GPU \(said\)$/,
  },
  {
    lacks: 'an x64 CPU',
    provider: 'cuda',
    ground: { architecture: 'arm64', missingLibraries: () => ['libonnxruntime_providers_cuda.so'] },
    words: /^onnxruntime's package on npm has .* Linux on x64 only \(said\)$/,
  },
  { lacks: 'nothing that is known', provider: 'cuda', ground: {}, words: /^said$/ },
])('a machine that lacks $lacks says so, and what the provider said', async ({ provider, ground, words }) => {
  expect(await reasonOfRefusal(provider, 'said', { ...complete, ...ground })).toMatch(words);
});

test('WebGPU without an adapter tells whether it is the loader or the GPU that lacks', async () => {
  const message = 'Failed to get a WebGPU adapter: No supported adapters';
  const noLoader = { ...complete, hasVulkanLoader: () => Promise.resolve(false) };
  expect(await reasonOfRefusal('webgpu', message, noLoader)).toMatch(/libvulkan\.so\.1 .*No supported adapters\)$/);
  expect(await reasonOfRefusal('webgpu', message, complete)).toMatch(/^no GPU that WebGPU could use/);
});

test('a provider that crashes or hangs is told with the last words of its process', () => {
  const probe = { exitCode: null, signal: 'SIGSEGV', lastWords: 'first\nlast words' } as const;
  const crash = new MeasureError('probe-crashed', 'the probe ended by SIGSEGV without an answer', { probe });
  expect(reasonOfFailure('cuda', crash)).toMatch(/^cuda takes its process down: .*SIGSEGV.*: last words$/);
  const timeout = new MeasureError('probe-timeout', 'killed', { probe: { ...probe, lastWords: '' } });
  expect(reasonOfFailure('webgpu', timeout)).toBe('webgpu hangs: it did not run a small network in time');
});

test('what the system lacks is read from its own tools', async () => {
  const commands = {
    'nvidia-smi --list-gpus': 'GPU 0: NVIDIA T4 (UUID: GPU-aaaa)\n',
    'ldconfig -p': '\tlibz.so.1 (libc6,x86-64) => /lib/libz.so.1\n',
  };
  const ground = groundOf(machineOf({ commands }));
  expect(await ground.hasNvidiaGpu()).toBe(true);
  expect(await ground.hasVulkanLoader()).toBe(false);
  expect(await groundOf(machineOf({})).hasNvidiaGpu()).toBe(false);
  expect(parseUnresolved('\tlibcudnn.so.9 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n')).toEqual([
    'libcudnn.so.9',
  ]);
});

test('work in parallel is never more than the limit at a time, and results keep their order', async () => {
  let now = 0;
  let most = 0;
  const results = await inParallel([5, 1, 3, 2, 4], 2, async (item) => {
    now += 1;
    most = Math.max(most, now);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    now -= 1;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 30, 20, 40]);
  expect(most).toBe(2);
});

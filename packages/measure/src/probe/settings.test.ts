import { readdir, readFile } from 'node:fs/promises';
import { type MeasurementSpec, resolveSpec } from '@espalier/contracts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listSupportedBackends } from 'onnxruntime-node';
import { hardLimitCommand } from '../parent/hard-limit.js';
import { runProbe } from '../parent/run-probe.js';
import { profile } from '../profile/profile.js';
import { type ModelFolder, modelFolder } from '../testing/model-folder.js';
import { canSeeProcesses, probeOf, until } from '../testing/probe-processes.js';
import { convChain, endlessLoop } from '../testing/small-models.js';
import type { Measured } from './messages.js';

const GIB = 2 ** 30;

/** User time in /proc/PID/stat, counted from 0, in ticks of 10 ms. Starting takes 20 of them. */
const UTIME_FIELD = 13;
const BUSY_TICKS = 60;

const SPINNING_RUNS = 400;

const hasWebGpu = listSupportedBackends().some(({ name }) => name === 'webgpu');

let models: ModelFolder;
let endlessPath: string;
let chainPath: string;

beforeAll(async () => {
  models = await modelFolder();
  endlessPath = await models.write('endless.onnx', endlessLoop());
  chainPath = await models.write('chain.onnx', convChain(2));
});

afterAll(() => models.remove());

type SomeSpec = Partial<MeasurementSpec>;

const probe = (path: string, spec: SomeSpec, { runs = 5, signal }: { runs?: number; signal?: AbortSignal } = {}) =>
  runProbe(
    {
      kind: 'measure',
      artifactPaths: [path],
      spec: { ...resolveSpec({ minRuns: 5, maxRuns: runs, precision: 0.0005 }), ...spec },
      quota: { process: 0, share: 1, parts: 1, runsLeft: runs, secondsLeft: 20 },
    },
    { deadlineMs: 60_000, memoryLimitBytes: GIB, signal },
  );

async function measured(path: string, spec: SomeSpec, runs?: number): Promise<Measured> {
  const answer = await probe(path, spec, runs === undefined ? {} : { runs });
  if (answer.kind !== 'measured') throw new Error(`the probe answered ${answer.kind}`);
  return answer;
}

/** What /proc says of a process. */
interface Seen {
  readonly limits: string;
  /** The status of every thread. */
  readonly threads: readonly string[];
}

/** A thread that onnxruntime or V8 makes just now may be gone again. */
async function lookAt(pid: number): Promise<Seen> {
  const ids = await readdir(`/proc/${pid}/task`);
  const threads = await Promise.all(
    ids.map((id) => readFile(`/proc/${pid}/task/${id}/status`, 'utf8').catch(() => '')),
  );
  return { limits: await readFile(`/proc/${pid}/limits`, 'utf8'), threads: threads.filter((text) => text !== '') };
}

/** Looks at the probe of a model that never ends, when it has been in its first run for long enough to be seen there. */
async function seen(spec: SomeSpec): Promise<Seen> {
  const controller = new AbortController();
  const outcome = probe(endlessPath, spec, { signal: controller.signal }).catch((cause: unknown) => cause);
  try {
    const pid = await until(() => probeOf(process.pid), 'a probe of this process');
    return await until(async () => {
      const state = await lookAt(pid);
      const ticks = Number((await readFile(`/proc/${pid}/stat`, 'utf8')).split(' ')[UTIME_FIELD]);
      return ticks > BUSY_TICKS ? state : undefined;
    }, 'the probe is busy');
  } finally {
    controller.abort();
    await outcome;
  }
}

if (!canSeeProcesses) process.stderr.write('skipped: this platform does not show processes in /proc\n');

(canSeeProcesses ? describe : describe.skip)('the process of a probe', () => {
  test.each([{ threads: 2 }, { threads: 0 }])(
    'stays on its CPUs with all of its threads: $threads',
    async ({ threads }) => {
      const { threads: all } = await seen({ affinity: '0', threads });
      const lists = all.map((status) => /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1]);
      expect(lists.length).toBeGreaterThan(5);
      expect(new Set(lists)).toEqual(new Set(['0']));
    },
  );

  test('has a thread more for each that the spec asks for, and the limit of the kernel', async () => {
    const [one, four] = [await seen({ threads: 1 }), await seen({ threads: 4 })];
    expect(four.threads.length - one.threads.length).toBe(3);
    const limit = (await hardLimitCommand(GIB)).at(-1)?.replace('--data=', '') ?? 'unlimited';
    expect(one.limits).toMatch(new RegExp(`^Max data size\\s+${limit}\\s`, 'm'));
  });
});

test('CPUs that do not exist are refused before anything is started', async () => {
  await expect(probe(chainPath, { affinity: '9998-9999' })).rejects.toMatchObject({
    code: process.platform === 'linux' ? 'affinity-invalid' : 'affinity-unsupported',
  });
});

test('threads that spin while there is nothing to do cost CPU time', async () => {
  const spec = { threads: 2, pacing: { kind: 'idle-gap', gapMs: 3 } } as const;
  const spinning = await measured(chainPath, { ...spec, spinning: true }, SPINNING_RUNS);
  const sleeping = await measured(chainPath, { ...spec, spinning: false }, SPINNING_RUNS);
  expect(spinning.cpuSeconds).toBeGreaterThan(1.2 * sleeping.cpuSeconds);
});

/** The operators that a run of the chain consists of. */
async function operators(graphOptimization: MeasurementSpec['graphOptimization']): Promise<readonly string[]> {
  const spec = resolveSpec({ graphOptimization, minRuns: 5, maxRuns: 5, maxSeconds: 0.2 });
  return (await profile({ modelPath: chainPath, spec })).kernels.map(({ opType }) => opType);
}

test('without optimisation a Relu is a kernel of its own, with it it is fused into its convolution', async () => {
  expect((await operators('disabled')).filter((each) => each === 'Relu')).toHaveLength(2);
  expect(await operators('all')).not.toContain('Relu');
});

test.each([
  { memoryArena: false, memoryPattern: false },
  { memoryPattern: false, executionMode: 'parallel', interOpThreads: 2 } as const,
])('a model runs with %j', async (spec) => {
  expect((await measured(chainPath, spec)).atMs.length).toBeGreaterThanOrEqual(2);
});

test.each([
  { providerOptions: { preferredLayout: 'XYZ' } },
  { providerOptions: { preferredLayout: 3 } },
  { providerOptions: { colour: 'red' } },
])('WebGPU’s own refusal of an option is told as that: %j', async ({ providerOptions }) => {
  await expect(probe(chainPath, { provider: 'webgpu', providerOptions })).rejects.toMatchObject({
    code: expect.stringMatching(hasWebGpu ? /^provider-options-invalid$/ : /^provider-unavailable$/),
  });
});

test('an option that is fine does not hide that the provider is not here', async () => {
  await expect(probe(chainPath, { provider: 'abacus', providerOptions: {} })).rejects.toMatchObject({
    code: 'provider-unavailable',
  });
});

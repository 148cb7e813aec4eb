import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { resolveSpec } from '@espalier/contracts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ModelFolder, modelFolder } from '../testing/model-folder.js';
import { canSeeProcesses, probeOf, runningProbes, until } from '../testing/probe-processes.js';
import { endlessLoop } from '../testing/small-models.js';
import { runProbe } from './run-probe.js';

const INDEX = fileURLToPath(new URL('../index.js', import.meta.url));
const GIB = 2 ** 30;

/** Starts a measurement in a process that dies of a signal only. */
const SCRIPT = `const { traceShapes } = await import(process.argv[1]); await traceShapes(process.argv[2]);`;

const requestOf = (path: string) => ({
  kind: 'measure' as const,
  artifactPaths: [path],
  spec: resolveSpec({}),
  quota: { process: 0, share: 1, parts: 1, runsLeft: 1000, secondsLeft: 10 },
});

if (!canSeeProcesses) process.stderr.write('skipped: this platform does not show processes in /proc\n');

(canSeeProcesses ? describe : describe.skip)('a probe', () => {
  let models: ModelFolder;
  let subjectPath: string;

  beforeAll(async () => {
    models = await modelFolder();
    subjectPath = await models.write('endless.onnx', endlessLoop());
  });

  afterAll(() => models.remove());

  test('that is cancelled while it is being started is cancelled, and not run to its end', async () => {
    const controller = new AbortController();
    const limits = { deadlineMs: 20_000, memoryLimitBytes: GIB, signal: controller.signal };
    const outcome = runProbe(requestOf(subjectPath), limits).catch((cause: unknown) => cause);
    controller.abort();
    expect(await outcome).toMatchObject({ code: 'cancelled' });
  });

  test('that is killed from outside has crashed, and its end is told', async () => {
    const outcome = runProbe(requestOf(subjectPath), { deadlineMs: 60_000, memoryLimitBytes: GIB }).catch(
      (cause: unknown) => cause,
    );
    process.kill(await until(() => probeOf(process.pid), 'a probe of this process'), 'SIGSEGV');
    expect(await outcome).toMatchObject({ code: 'probe-crashed', probe: { exitCode: null, signal: 'SIGSEGV' } });
  });

  test('inside of an endless run ends itself and cleans up when its parent is killed', async () => {
    const args = ['--input-type=module', '--eval', SCRIPT, INDEX, subjectPath];
    const env = { ...process.env, TMPDIR: models.path };
    const parent = spawn(process.execPath, args, { stdio: 'ignore', env });
    const gone = once(parent, 'close');
    const pid = await until(() => probeOf(parent.pid), 'the probe of the parent');
    parent.kill('SIGKILL');
    await gone;
    const isGone = async () => ((await runningProbes()).some((probe) => probe.pid === pid) ? undefined : true);
    expect(await until(isGone, 'the probe ends itself')).toBe(true);
    expect((await readdir(models.path)).filter((name) => name.startsWith('espalier-probe'))).toEqual([]);
  });
});

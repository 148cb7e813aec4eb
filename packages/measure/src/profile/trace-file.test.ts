import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readTrace } from './trace-file.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'espalier-trace-'));
});

afterAll(() => rm(folder, { recursive: true }));

const RUN = '{"cat" : "Session","pid" :1,"tid" :1,"dur" :90,"ts" :5,"ph" : "X","name" :"model_run","args" : {}}';
const KERNEL =
  '{"cat" : "Node","tid" :1,"dur" :30,"ts" :6,"name" :"a_kernel_time","args" : {"provider" : "CPUExecutionProvider"}}';

test('a trace is read line by line, as onnxruntime writes it', async () => {
  await writeFile(join(folder, 'good_2026-01-01_00-00-00.json'), `[\n${KERNEL},\n${RUN}\n]\n`);
  const [run, ...others] = await readTrace(join(folder, 'good'));
  expect(others).toEqual([]);
  expect(run?.durationUs).toBe(90);
  expect(run?.kernels.map(({ name, durationUs }) => [name, durationUs])).toEqual([['a', 30]]);
});

test.each([
  ['a trace that breaks off', `[\n${KERNEL},\n${RUN.slice(0, 40)}`],
  ['a trace of one line', '[]{"traceEvents": []}\n'],
])('%s is refused', async (_, text) => {
  await writeFile(join(folder, 'bad.json'), text);
  await expect(readTrace(join(folder, 'bad'))).rejects.toMatchObject({ code: 'probe-crashed' });
});

test('that there is no trace is an error', async () => {
  await expect(readTrace(join(folder, 'none'))).rejects.toMatchObject({ code: 'probe-crashed' });
});

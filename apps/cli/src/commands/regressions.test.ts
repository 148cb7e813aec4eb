import { createServer } from 'node:http';
import type { Agent, Change, Measurement, RegressionReport } from '@espalier/contracts';
import { resolveSpec } from '@espalier/contracts';
import { expect, test } from '@jest/globals';
import { espalier } from '../testing/run-cli.js';
import { agentsText } from './agents.js';
import { regressionsText, sinceText } from './regressions.js';

const AT = '2026-01-01T00:00:00.000Z';
const SHA = 'a'.repeat(64);
const ID = '018f3f5c-0000-7000-8000-000000000001';

const measurement: Measurement = {
  id: ID,
  kind: 'latency',
  status: 'succeeded',
  subject: SHA,
  control: null,
  modelId: SHA,
  target: 'x86-cpu',
  spec: resolveSpec({ batch: 4 }),
  attempt: 1,
  agentId: ID,
  progress: null,
  result: null,
  profile: null,
  score: null,
  failure: null,
  createdAt: AT,
  startedAt: AT,
  finishedAt: AT,
};
const change = (verdict: Change['verdict'], ratio: number): Change => ({
  verdict,
  ratio,
  ci: [ratio - 0.02, ratio + 0.02],
  referenceMs: 10,
  references: 5,
  noiseShare: 0.01,
  canaryCorrected: false,
});
const reportOf = (...changes: readonly Change[]): RegressionReport => ({
  judged: 7,
  regressions: changes.map((each) => ({ measurement, modelName: 'net.onnx', change: each })),
});

/** Runs the command against a service that answers every request with `answer`. */
async function against(answer: unknown, ...args: readonly string[]) {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const run = await espalier(...args, '--server', `http://127.0.0.1:${port}`);
  server.close();
  return { ...run, asked };
}

test('a time is so long ago, or a date', () => {
  const now = Date.parse('2026-01-08T00:00:00.000Z');
  expect(sinceText('7d', now)).toBe(AT);
  expect(sinceText('1w', now)).toBe(AT);
  expect(sinceText('12h', now)).toBe('2026-01-07T12:00:00.000Z');
  expect(sinceText('2026-01-01')).toBe(AT);
  for (const wrong of ['7', 'yesterday', '7m', '2026-13-45', '']) expect(() => sinceText(wrong, now)).toThrow('7d');
});

test('something slower is listed with its interval, and the command ends with 3', async () => {
  const report = reportOf(change('slower', 1.2), change('faster', 0.8));
  const { exitCode, stdout, asked } = await against(report, 'regressions', '--target', 'x86-cpu', '--model', SHA);
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/slower +1\.200× +1\.180 to 1\.220 +10\.00 ms +net\.onnx +x86-cpu +4 +1 +018f/);
  expect(stdout).toContain('1 slower, 1 faster, of 7 measured again');
  expect(asked).toEqual([`/v1/regressions?modelId=${SHA}&target=x86-cpu`]);
});

test('nothing slower ends with 0, and JSON is the report as it came', async () => {
  const report = reportOf(change('faster', 0.8));
  const { exitCode, stdout } = await against(report, 'regressions', '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual(report);
  expect(regressionsText(reportOf())).toBe('no change in 7 measured again');
  expect(regressionsText({ judged: 0, regressions: [] })).toContain('no history');
});

const agent: Agent = {
  id: ID,
  name: 'lab-1',
  state: 'idle',
  health: {
    status: 'suspect',
    targets: [
      {
        target: 'x86-cpu',
        status: 'suspect',
        reason: 'the canary is 20 % slower',
        p50Ms: 12,
        baselineMs: 10,
        drift: 0.2,
        relativeSpeed: 0.5,
        at: AT,
      },
    ],
    clearedAt: null,
  },
  targets: ['x86-cpu'],
  device: {
    hostname: 'lab-1',
    os: 'Linux',
    architecture: 'x64',
    cpuModel: 'Test',
    logicalCores: 2,
    memoryBytes: 1e9,
    onnxruntime: '1',
    node: '20',
  },
  version: '0',
  running: null,
  lastSeenAt: AT,
  createdAt: AT,
};

test('devices are listed with health, canary, relative speed and the reason', async () => {
  const { exitCode, stdout } = await against({ items: [agent], nextCursor: null }, 'agents');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/lab-1 +idle +x86-cpu +suspect +12\.00 ms +0\.50× +018f\S+ +the canary is 20 % slower/);
  expect(agentsText([])).toContain('espalier agent');
});

test('a device is cleared by its id', async () => {
  const { exitCode, stdout, asked } = await against(agent, 'agents', 'clear', ID);
  expect({ exitCode, asked }).toEqual({ exitCode: 0, asked: [`/v1/agents/${ID}/clear`] });
  expect(stdout).toContain('lab-1 is cleared');
});

// The agent as on 64-bit ARM, under QEMU's user emulation. Skipped where that is not installed; to install it:
//   apt-get install --no-install-recommends qemu-user-static && scripts/arm64-root.sh
// It shows that the agent works there. Latencies under emulation mean nothing.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encodeModel, GraphBuilder, writeModelFile } from '@espalier/onnx';
import { describe, expect, test } from '@jest/globals';
import { arm64Missing, arm64Root, emulatedNode } from './arm64-testing.js';
import { startTestService } from './service-testing.js';
import { until } from './testing.js';

/** Emulation is some ten times slower, starting Node under it takes seconds, and the agent measures its canary first. */
const PATIENCE_MS = 600_000;

/** Longer than the emulated agent is ever silent, be it busy starting a probe. */
const LEASE_S = 120;

const spec = { threads: 1, minRuns: 5, maxRuns: 20, maxSeconds: 2, precision: 0.5, processes: 1 };

function smallModel() {
  const graph = new GraphBuilder('small');
  const image = graph.input('image', 'float32', [1, 3, 16, 16]);
  graph.output(graph.globalAveragePool('pool', graph.relu('relu', graph.conv('conv', image, { out: 8 }))));
  return graph.build();
}

/** Detects and measures, and prints what came out. */
const SCRIPT = `
const { detectTargets, measure } = await import(process.argv[1]);
const { resolveSpec, builtInTargets } = await import(process.argv[2]);
const targets = await detectTargets({ targets: builtInTargets.filter(({ provider }) => provider === 'cpu') });
const { environment, subject } = await measure({ subjectPath: process.argv[3], spec: resolveSpec(JSON.parse(process.argv[4])) });
console.log(JSON.stringify({ arch: process.arch, targets, architecture: environment.architecture, runs: subject.runs, p50Ms: subject.p50Ms }));
`;

const root = arm64Root(process.env);
const missing = arm64Missing(root);
if (missing !== undefined) process.stderr.write(`skipped: nothing runs as on arm64 here: ${missing}\n`);

(missing === undefined ? describe : describe.skip)('on arm64', () => {
  test(
    'the CPU is detected as arm64-cpu, and a probe measures a model on it',
    async () => {
      await using node = await emulatedNode(root);
      const dir = await mkdtemp(join(tmpdir(), 'espalier-arm64-models-'));
      try {
        const path = join(dir, 'small.onnx');
        await writeModelFile(smallModel(), path);
        const rooms = ['@espalier/measure', '@espalier/contracts'].map((room) => import.meta.resolve(room));
        const args = ['--input-type=module', '--eval', SCRIPT, ...rooms, path, JSON.stringify(spec)];
        const { stdout } = await promisify(execFile)(node.execPath, args);
        expect(JSON.parse(stdout)).toMatchObject({
          arch: 'arm64',
          architecture: 'arm64',
          targets: [
            { name: 'x86-cpu', available: false, reason: 'it is for x64, and this machine is arm64' },
            { name: 'arm64-cpu', available: true },
          ],
          p50Ms: expect.any(Number),
        });
      } finally {
        await rm(dir, { recursive: true });
      }
    },
    PATIENCE_MS,
  );

  test(
    'an agent enrols for arm64-cpu, measures a model and reports it',
    async () => {
      await using node = await emulatedNode(root);
      await using service = await startTestService(LEASE_S);
      const { client } = service;
      const agent = await service.startAgent({ ESPALIER_AGENT_NAME: 'board-1' }, node.execPath);
      const agentId = String(agent.ready['agentId']);
      await expect(client.agents.get(agentId)).resolves.toMatchObject({
        targets: ['arm64-cpu'],
        device: { architecture: 'arm64' },
      });
      const bytes = new Uint8Array(Buffer.concat([...encodeModel(smallModel())]));
      const { id: subject } = await client.models.upload(bytes, { name: 'small.onnx' });
      const [answer] = await client.measurements.create([{ subject, target: 'arm64-cpu', spec }]);
      const id = answer?.measurement.id ?? '';
      await until(async () => ['succeeded', 'failed'].includes((await client.measurements.get(id)).status));
      await expect(client.measurements.get(id)).resolves.toMatchObject({
        agentId,
        failure: null,
        status: 'succeeded',
        result: { environment: { architecture: 'arm64', provider: 'cpu' } },
      });
    },
    PATIENCE_MS,
  );
});

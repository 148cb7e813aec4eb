// The latency that an agent of a real service reports, beside a bare onnxruntime loop with the same session options in a
// fresh process, in turns (service, loop, loop, service, …); and what the service adds around the measuring.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@espalier/client';
import { uploadModelFile } from '@espalier/client/node';
import type { Bench } from '../bench.js';
import { bareLoop } from './bare.js';
import { medianOf, quantileOf } from './figures.js';
import { CHAIN_OF_10_MS, CHAIN_OF_1_MS, writeConvChain, writeResNet50 } from './models.js';
import { startService } from './service.js';

const PAIRS = { quick: 6, full: 20 };
const POLL_MS = 100;
/** Both sides time about this long. */
const TIMED_SECONDS = 1.5;
const MIN_RUNS = 20;
const WARM_UP_MS = 300;

interface Subject {
  readonly figure: string;
  readonly path: string;
  readonly shape: readonly number[];
}

interface Reported {
  readonly p50Ms: number;
  readonly serviceMs: number;
}

/** Measures a model through the service: one fresh process, as the loop has. */
async function throughService(client: Client, sha256: string, seed: number): Promise<Reported> {
  const spec = {
    processes: 1,
    precision: 0.0005,
    minRuns: MIN_RUNS,
    maxRuns: 100_000,
    maxSeconds: TIMED_SECONDS,
    seed,
  };
  const [created] = await client.measurements.create([{ subject: sha256, target: 'x86-cpu', spec, fresh: true }]);
  if (created === undefined) throw new Error('the service created nothing');
  for (;;) {
    const { status, result, failure, createdAt, finishedAt } = await client.measurements.get(created.measurement.id);
    if (failure !== null) throw new Error(`${failure.code}: ${failure.message}`);
    if (status === 'succeeded' && result !== null && finishedAt !== null) {
      const totalMs = Date.parse(finishedAt) - Date.parse(createdAt);
      return { p50Ms: result.subject.p50Ms, serviceMs: totalMs - result.wallSeconds * 1000 };
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function bareP50(subject: Subject): Promise<number> {
  const { samplesMs } = await bareLoop({
    modelPath: subject.path,
    shape: subject.shape,
    warmUpRuns: 10,
    warmUpMs: WARM_UP_MS,
    runs: MIN_RUNS,
    ms: TIMED_SECONDS * 1000,
  });
  return medianOf(samplesMs);
}

/** The ratios of pairs, and what the service added each time. */
async function comparePairs(client: Client, subject: Subject, pairs: number, progress: (text: string) => void) {
  const { id } = await uploadModelFile(client, subject.path);
  await throughService(client, id, 1); // the agent fetches the file now
  const ratios: number[] = [];
  const serviceMs: number[] = [];
  for (let pair = 1; pair <= pairs; pair += 1) {
    const bareFirst = pair % 2 === 0 ? await bareP50(subject) : undefined;
    const reported = await throughService(client, id, pair + 1);
    const bare = bareFirst ?? (await bareP50(subject));
    ratios.push(reported.p50Ms / bare);
    serviceMs.push(reported.serviceMs);
    progress(`${subject.figure}: pair ${pair} of ${pairs}, ${reported.p50Ms.toFixed(3)} over ${bare.toFixed(3)} ms`);
  }
  return { ratios, serviceMs };
}

/** Standard error of a median, from the spread of the middle of its values. */
const errorOfMedian = (values: readonly number[]): number =>
  (1.2533 * (quantileOf(values, 0.75) - quantileOf(values, 0.25))) / 1.349 / Math.sqrt(values.length);

/** What measuring costs, against the least that times a model. */
export const overhead: Bench = {
  name: 'overhead',
  summary: 'the p50 that an agent reports over a bare onnxruntime loop, and what the service adds around it',
  goals: {
    ratioP50Ms1: { atLeast: 0.99, atMost: 1.01 },
    ratioP50Ms10: { atLeast: 0.99, atMost: 1.01 },
    ratioP50Ms75: { atLeast: 0.99, atMost: 1.01 },
    serviceP50Ms: { atMost: 150 },
  },
  async run({ quick, progress }) {
    const folder = await mkdtemp(join(tmpdir(), 'espalier-bench-'));
    const service = await startService(join(folder, 'service'));
    try {
      const chain = [1, 64, 28, 28];
      const subjects: readonly Subject[] = [
        { figure: 'ratioP50Ms1', path: await writeConvChain(folder, CHAIN_OF_1_MS), shape: chain },
        { figure: 'ratioP50Ms10', path: await writeConvChain(folder, CHAIN_OF_10_MS), shape: chain },
        { figure: 'ratioP50Ms75', path: await writeResNet50(folder), shape: [1, 3, 224, 224] },
      ];
      const figures: Record<string, number> = {};
      const added: number[] = [];
      for (const subject of subjects) {
        const { ratios, serviceMs } = await comparePairs(
          service.client,
          subject,
          quick ? PAIRS.quick : PAIRS.full,
          progress,
        );
        figures[subject.figure] = medianOf(ratios);
        figures[`${subject.figure}Error`] = errorOfMedian(ratios);
        added.push(...serviceMs);
      }
      return { figures: { ...figures, serviceP50Ms: medianOf(added) } };
    } finally {
      await service.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

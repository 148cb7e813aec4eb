// The least that times a model: one onnxruntime session, one loop. A process of its own, started by `bareLoop`.
import { once } from 'node:events';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What to time: warm-up runs that do not count, then runs until both limits are reached. */
export interface BareLoopOrders {
  readonly modelPath: string;
  readonly shape: readonly number[];
  readonly warmUpRuns: number;
  readonly warmUpMs: number;
  readonly runs: number;
  readonly ms: number;
}

/** Every timed run, and how long the whole loop took from loading on. */
export interface BareLoopTimes {
  readonly samplesMs: readonly number[];
  readonly wallMs: number;
}

function isOrders(message: unknown): message is BareLoopOrders {
  return typeof message === 'object' && message !== null && 'modelPath' in message && 'warmUpRuns' in message;
}

async function loop(orders: BareLoopOrders): Promise<BareLoopTimes> {
  const startMs = performance.now();
  const session = await InferenceSession.create(orders.modelPath, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableCpuMemArena: true,
    enableMemPattern: true,
  });
  const count = orders.shape.reduce((product, dim) => product * dim, 1);
  const data = Float32Array.from({ length: count }, () => 2 * Math.random() - 1);
  const feeds = { [session.inputNames[0] ?? '']: new Tensor('float32', data, orders.shape) };
  const warmUpStartMs = performance.now();
  for (let run = 0; run < orders.warmUpRuns || performance.now() - warmUpStartMs < orders.warmUpMs; run += 1) {
    await session.run(feeds);
  }
  const samplesMs: number[] = [];
  const loopStartMs = performance.now();
  while (samplesMs.length < orders.runs || performance.now() - loopStartMs < orders.ms) {
    const runStartMs = performance.now();
    await session.run(feeds);
    samplesMs.push(performance.now() - runStartMs);
  }
  return { samplesMs, wallMs: performance.now() - startMs };
}

const [message]: unknown[] = await once(process, 'message');
if (!isOrders(message)) throw new TypeError('the orders make no sense');
process.send?.(await loop(message));
process.disconnect();

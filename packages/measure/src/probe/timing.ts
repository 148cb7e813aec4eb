import type { InferenceSession } from 'onnxruntime-node';
import type { Clock, TimedArtifact } from '../sampling/artifact.js';
import { median } from '../statistics/quantile.js';
import type { Feeds } from './tensors.js';

/** Many blocks, for one in which something else got the CPU is not to count; long ones, for a clock with coarse steps. */
const TIMER_BLOCKS = 100;
const READINGS_PER_BLOCK = 500;

/** So many come before the compiler has made fast code of the reading, as it has of a short model's by then. */
const COLD_BLOCKS = TIMER_BLOCKS / 2;

/** The clock that runs are timed by. */
export const now: Clock = () => performance.now();

/** What one reading of the clock costs, in ms: the median over blocks of readings; takes some ms. */
export function timerCostMs(clock: Clock = now): number {
  const costs = Array.from({ length: TIMER_BLOCKS }, () => {
    const startMs = clock();
    let endMs = startMs;
    for (let reading = 0; reading < READINGS_PER_BLOCK; reading++) endMs = clock();
    return (endMs - startMs) / READINGS_PER_BLOCK;
  });
  return median(costs.slice(COLD_BLOCKS));
}

function letGo(outputs: InferenceSession.ReturnType): void {
  for (const name in outputs) outputs[name]?.dispose();
}

/**
 * A session to be timed: what a caller of onnxruntime sees, from calling `run` until its promise gives the outputs. They are
 * let go untimed.
 */
export function timedSession(session: InferenceSession, feeds: Feeds): TimedArtifact {
  return {
    async time(runs) {
      if (runs === 1) {
        const startMs = performance.now();
        const outputs = await session.run(feeds);
        const elapsedMs = performance.now() - startMs;
        letGo(outputs);
        return elapsedMs;
      }
      const results: InferenceSession.ReturnType[] = [];
      const startMs = performance.now();
      for (let run = 0; run < runs; run++) results.push(await session.run(feeds));
      const elapsedMs = performance.now() - startMs;
      results.forEach(letGo);
      return elapsedMs;
    },
  };
}

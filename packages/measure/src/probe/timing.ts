import type { InferenceSession } from 'onnxruntime-node';
import type { Clock, TimedArtifact } from '../sampling/artifact.js';
import { median } from '../statistics/quantile.js';
import type { Feeds } from './tensors.js';

const TIMER_READINGS = 1000;

/** The clock that runs are timed by. */
export const now: Clock = () => performance.now();

/** What one reading of the clock costs, in ms. */
export function timerCostMs(): number {
  const readings = Array.from({ length: TIMER_READINGS }, now);
  const first = readings[0] ?? 0;
  const last = readings.at(-1) ?? first;
  return Math.max((last - first) / TIMER_READINGS, median(readings.slice(1).map((ms, i) => ms - (readings[i] ?? ms))));
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

import type { MeasurementEnvironment } from '@espalier/contracts';
import { captureEnvironment } from '../environment/capture.js';
import { watchEnvironment } from '../environment/watch.js';

const MICROSECONDS = 1e6;

/** What work gave, and what the machine was like meanwhile. */
export interface Watched<Value> {
  readonly value: Value;
  readonly environment: Pick<MeasurementEnvironment, 'before' | 'during' | 'after'>;
  /** CPU time of this process, without its children's. */
  readonly parentCpuSeconds: number;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}

/**
 * Does work between two snapshots of the environment, and watches it meanwhile.
 * @param gpu to look at too, as nvidia-smi counts
 */
export async function underWatch<Value>(gpu: number | undefined, work: () => Promise<Value>): Promise<Watched<Value>> {
  const before = await captureEnvironment();
  const cpuBefore = cpuSeconds();
  const watch = watchEnvironment({ since: before.at, gpu });
  const value = await work().catch(async (cause: unknown) => {
    await watch.stop();
    throw cause;
  });
  const during = [...(await watch.stop())];
  const after = await captureEnvironment();
  return { value, environment: { before, during, after }, parentCpuSeconds: cpuSeconds() - cpuBefore };
}

import type { Ran, RunRequest } from './messages.js';
import { openSession, runError } from './session.js';
import { plainSettings } from './session-options.js';
import { feedsOfWire, wireOfTensor } from './tensors.js';

/** Runs a model once on the inputs of a request. Outputs that are no numeric tensors are left out. */
export async function runTask(request: RunRequest): Promise<Ran> {
  const { modelPath, inputs, provider, threads, graphOptimization } = request;
  const settings = { ...plainSettings, provider, threads, graphOptimization };
  const { session } = await openSession(modelPath, settings);
  try {
    const results = await session.run(feedsOfWire(inputs));
    const outputs = Object.entries(results).flatMap(([name, tensor]) => {
      const wire = wireOfTensor(tensor);
      return wire === undefined ? [] : [[name, wire] as const];
    });
    return { kind: 'ran', outputs: Object.fromEntries(outputs) };
  } catch (cause) {
    throw runError(cause);
  }
}

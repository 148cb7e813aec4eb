import highsModule, { type Highs } from 'highs';
import { PlannerError } from '../errors.js';

type HighsLoader = typeof highsModule.default;

/**
 * Instantiates HiGHS (WebAssembly, about 50 ms). It holds no state between problems; solving is synchronous.
 * @throws PlannerError `solver-unavailable`
 */
export async function loadHighs(): Promise<Highs> {
  // The package is typed as CommonJS but is the loader itself when imported, so the type of its default is one level too deep.
  const loader: unknown = highsModule;
  if (!isLoader(loader)) throw new PlannerError('solver-unavailable', 'The package highs exports no loader');
  try {
    return await loader();
  } catch (cause) {
    throw new PlannerError('solver-unavailable', 'HiGHS could not be started', { cause });
  }
}

function isLoader(value: unknown): value is HighsLoader {
  return typeof value === 'function';
}

import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { MeasureError } from '@espalier/measure';
import { type OnnxModel, writeModelFile } from '@espalier/onnx';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import type { Chunk } from './batches.js';
import { realsOf } from './convert.js';

/** How models are run. */
export interface Runtime {
  /** An empty folder. */
  readonly workDir: string;
  /** Intra-op threads; 0: one for every CPU that may be used. */
  readonly threads: number;
}

/** Numbers of a tensor for the samples of a chunk, which are its first axis. */
export interface Values {
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** Only errors: warnings about a graph's style would fill the last words of the process. */
const LOG_ERRORS = 3;

const outOfMemory =
  /bad[_ ]?alloc|failed to allocate|allocat\w* .*failed|out of memory|cannot allocate|not enough memory/i;

/** What an error of onnxruntime means. */
function modelError(cause: unknown, what: string): MeasureError {
  const message = (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, ' ').trim();
  return outOfMemory.test(message)
    ? new MeasureError('probe-out-of-memory', `onnxruntime ran out of memory: ${message}`, { cause })
    : new MeasureError('model-invalid', `onnxruntime cannot ${what} the model: ${message}`, { cause });
}

/** A model that is loaded and can be run. */
export class LoadedModel {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  /**
   * Loads a model, through a file that is removed again.
   * @throws MeasureError `model-invalid`, `probe-out-of-memory`
   */
  static async load(model: OnnxModel, { workDir, threads }: Runtime): Promise<LoadedModel> {
    const path = join(workDir, 'scored.onnx');
    await writeModelFile(model, path);
    try {
      const session = await InferenceSession.create(path, {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads === 0 ? availableParallelism() : threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        logSeverityLevel: LOG_ERRORS,
      });
      return new LoadedModel(session);
    } catch (cause) {
      throw modelError(cause, 'load');
    } finally {
      await rm(path, { force: true });
    }
  }

  /**
   * Runs a chunk and returns tensors by name, without the samples that only filled up a batch. Tensors that hold no real
   * numbers, or whose first axis is not that of the samples, are left out.
   * @throws MeasureError `model-invalid`, `probe-out-of-memory`
   */
  async run(
    { feeds, count }: Chunk,
    names: readonly string[],
    factors: Readonly<Record<string, Tensor>> = {},
  ): Promise<ReadonlyMap<string, Values>> {
    const fetched = names.filter((name) => !Object.hasOwn(feeds, name));
    const results = await this.#results({ ...feeds, ...factors }, fetched);
    const total = Object.values(feeds)[0]?.dims[0] ?? count;
    const values = new Map<string, Values>();
    for (const name of names) {
      const tensor = results[name] ?? feeds[name];
      const data = tensor && realsOf(tensor);
      if (data === undefined || tensor?.dims[0] !== total) continue;
      const [, ...sample] = tensor.dims;
      values.set(name, { dims: [count, ...sample], data: data.subarray(0, (data.length / total) * count) });
    }
    return values;
  }

  async #results(
    feeds: Readonly<Record<string, Tensor>>,
    names: readonly string[],
  ): Promise<Readonly<Record<string, Tensor>>> {
    if (names.length === 0) return {};
    try {
      return await this.#session.run(feeds, [...names]);
    } catch (cause) {
      throw modelError(cause, 'run');
    }
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

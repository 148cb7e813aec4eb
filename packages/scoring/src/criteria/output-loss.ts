import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeasureError } from '@espalier/measure';
import type { OnnxModel } from '@espalier/onnx';
import { ScoringError } from '../errors.js';
import { numbersOfRows } from '../run/convert.js';
import type { LossSums } from '../run/loss.js';
import type { Values } from '../run/session.js';
import { Spread } from '../run/spread.js';
import type { Scene } from './criterion.js';
import { overTensors } from './over-tensors.js';

/** The array with what the first output should be. */
export const TARGETS = 'targets';

type Reals = Float32Array | Float64Array;

/** An output and what its squared error is divided by. */
interface Judged {
  readonly name: string;
  readonly scale: number;
}

/** What an output should be, for the samples from the place `first` of the scene on. */
type Expected = (name: string, first: number, values: Values) => Promise<Reals>;

/** Outputs that hold real numbers for every sample. */
export function realOutputs({ model, shapes, feeding }: Scene): readonly string[] {
  const samples = feeding.fixedBatch ?? 1;
  return model.graph.outputs
    .map(({ name }) => name)
    .filter((name) => {
      const shape = shapes.get(name);
      return shape !== undefined && shape.elementType.startsWith('float') && shape.dims[0] === samples;
    });
}

/** Sum over samples of the mean squared difference of a sample's numbers. */
function squaredError({ dims: [samples = 0], data }: Values, expected: Reals): number {
  if (expected.length !== data.length) {
    throw new MeasureError('model-invalid', `an output has ${data.length} numbers instead of ${expected.length}`);
  }
  let sum = 0;
  for (let index = 0; index < data.length; index++) sum += ((data[index] ?? 0) - (expected[index] ?? 0)) ** 2;
  return (sum * samples) / data.length;
}

/** The squared error of a model, averaged over outputs. */
async function squaredErrors(scene: Scene, outputs: readonly Judged[], expected: Expected): Promise<LossSums> {
  const names = outputs.map(({ name }) => name);
  let loss = 0;
  await overTensors(scene, names, async ({ values, first }) => {
    for (const { name, scale } of outputs) {
      const own = values.get(name);
      if (own === undefined) throw new MeasureError('model-invalid', `a run of the model gave no output ${name}`);
      loss += squaredError(own, await expected(name, first, own)) / (scale * outputs.length);
    }
  });
  return { loss, correct: null, samples: scene.samples.length };
}

/** Whether the data set says what a model should give; an array that feeds an input does not. */
export function hasTargets({ dataset, feeding }: Scene): boolean {
  return dataset.arrays.some(({ name }) => name === TARGETS) && feeding.inputs.every(({ array }) => array !== TARGETS);
}

/**
 * The mean squared error of an output against the array `targets`.
 * @throws ScoringError `dataset-unfit` when that is not of the output's shape
 */
export function targetLoss(scene: Scene, output: string): (variant: OnnxModel) => Promise<LossSums> {
  const { dataset, shapes, samples } = scene;
  const [, ...wanted] = shapes.get(output)?.dims ?? [];
  const [, ...found] = dataset.arrays.find(({ name }) => name === TARGETS)?.shape ?? [];
  if (wanted.join('×') !== found.join('×')) {
    throw new ScoringError(
      'dataset-unfit',
      `targets are ${found.join('×')} for each sample, but the output ${output} is ${wanted.join('×')}`,
      {
        hint: 'give targets of the shape of the output, or none: then the whole model is what others are compared with',
      },
    );
  }
  const expected: Expected = async (_name, first, { dims: [count = 0] }) =>
    numbersOfRows(await dataset.rows(TARGETS, samples.slice(first, first + count)));
  return (variant) => squaredErrors({ ...scene, model: variant }, [{ name: output, scale: 1 }], expected);
}

/**
 * Distortion: the squared error against the outputs of the whole model on the same samples, divided by their variance over
 * samples and places, averaged over outputs. 0: nothing has changed; 1: as far off as the mean of the output would be. Outputs
 * that are the same everywhere do not count. The whole model is run at once, and its outputs are kept in files: they can
 * be larger than memory.
 * @throws ScoringError `criterion-not-applicable` when no output varies
 */
export async function distortion(
  scene: Scene,
  names: readonly string[],
): Promise<(variant: OnnxModel) => Promise<LossSums>> {
  const pathOf = (name: string, first: number): string =>
    join(scene.runtime.workDir, `whole-${names.indexOf(name)}-${first}.bin`);
  const spreads = new Map(names.map((name) => [name, new Spread()]));
  await overTensors(scene, names, async ({ values, first }) => {
    for (const [name, spread] of spreads) {
      const data = values.get(name)?.data;
      // What looked like an axis of samples was none.
      if (data === undefined) spreads.delete(name);
      else {
        spread.add(data);
        await writeFile(pathOf(name, first), data);
      }
    }
  });
  const outputs = [...spreads].map(([name, { variance }]) => ({ name, scale: variance }));
  const varying = outputs.filter(({ scale }) => Number.isFinite(scale) && scale > 0);
  if (varying.length === 0) {
    throw new ScoringError('criterion-not-applicable', 'the outputs of the model do not vary, or are not finite', {
      hint: 'give calibration data that are like what the model was trained for',
    });
  }
  const expected: Expected = async (name, first, { data }) => {
    const { buffer } = Uint8Array.from(await readFile(pathOf(name, first)));
    return data instanceof Float64Array ? new Float64Array(buffer) : new Float32Array(buffer);
  };
  return (variant) => squaredErrors({ ...scene, model: variant }, varying, expected);
}

import { seededRandom, seededValues } from '@espalier/onnx';
import { convolve, convolveBack, MAP, PLACES, withBorder } from './convolution.js';
import { type Digits, SIDE } from './mnist.js';

export const CHANNELS = 8;
export const BLOCKS = 2;
const CLASSES = 10;
const STEM_TAPS = 9;
const FEATURES = CHANNELS * PLACES;

/** Looked up once: in the realm of a test, a global is found slowly. */
const { exp, floor, log, max, sqrt } = Math;

/** The parameters of a convolution or linear layer, or gradients for them. */
export interface Layer {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** A stem, residual blocks of two convolutions, and a linear head: relu(x + conv(relu(conv(x)))) in each block. */
export interface DigitNetwork {
  readonly stem: Layer;
  readonly blocks: readonly (readonly [Layer, Layer])[];
  readonly head: Layer;
}

/** Of the mean loss of some digits. */
export interface Slopes {
  readonly loss: number;
  readonly network: DigitNetwork;
  /** ∂L/∂g of a gate on every channel behind each convolution of each block, before the activation. */
  readonly gates: readonly (readonly [Float64Array, Float64Array])[];
}

function layer(name: string, outs: number, fanIn: number, gain: number): Layer {
  const bound = gain * sqrt(6 / fanIn);
  return { weights: seededValues(name, outs * fanIn, -bound, bound), bias: new Float32Array(outs) };
}

/** A network before training. */
export function newNetwork(): DigitNetwork {
  return {
    stem: layer('stem', CHANNELS, STEM_TAPS, 1),
    blocks: Array.from({ length: BLOCKS }, (_, index) => [
      layer(`${index}.first`, CHANNELS, CHANNELS * 9, 1),
      layer(`${index}.second`, CHANNELS, CHANNELS * 9, 1),
    ]),
    head: layer('head', CLASSES, FEATURES, 0.5),
  };
}

const zeros = ({ weights, bias }: Layer): Layer => ({
  weights: new Float32Array(weights.length),
  bias: new Float32Array(bias.length),
});

function layersOf({ stem, blocks, head }: DigitNetwork): readonly Layer[] {
  return [stem, ...blocks.flat(), head];
}

const relu = (values: Float32Array): Float32Array => values.map((value) => max(0, value));

/** The slope behind a relu, where what it made is above 0. */
function reluBack(slope: Float32Array, made: Float32Array): Float32Array {
  return slope.map((each, index) => ((made[index] ?? 0) > 0 ? each : 0));
}

/** Places of an image that a window of the stem (3 × 3, stride 2, padding 1) reads, with its weight. */
function eachStemTap(visit: (place: number, tap: number, pixel: number) => void): void {
  for (let place = 0; place < PLACES; place++) {
    for (let tap = 0; tap < STEM_TAPS; tap++) {
      const y = 2 * floor(place / MAP) + floor(tap / 3) - 1;
      const x = 2 * (place % MAP) + (tap % 3) - 1;
      if (y >= 0 && x >= 0 && y < SIDE && x < SIDE) visit(place, tap, y * SIDE + x);
    }
  }
}

function stemOf(image: Float32Array, { weights, bias }: Layer): Float32Array {
  const result = new Float32Array(FEATURES);
  for (let out = 0; out < CHANNELS; out++) result.fill(bias[out] ?? 0, out * PLACES, (out + 1) * PLACES);
  eachStemTap((place, tap, pixel) => {
    for (let out = 0; out < CHANNELS; out++) {
      const at = out * PLACES + place;
      result[at] = (result[at] ?? 0) + (weights[out * STEM_TAPS + tap] ?? 0) * (image[pixel] ?? 0);
    }
  });
  return result;
}

function addGateSlopes(gates: Float64Array, made: Float32Array, slope: Float32Array): void {
  for (const [index, value] of made.entries()) {
    const channel = floor(index / PLACES);
    gates[channel] = (gates[channel] ?? 0) + value * (slope[index] ?? 0);
  }
}

/** Adds the slopes of one digit's loss to `slopes`, by back-propagation, and returns the loss. */
function addSlopes(network: DigitNetwork, slopes: Omit<Slopes, 'loss'>, image: Float32Array, label: number): number {
  const stem = relu(stemOf(image, network.stem));
  let x = stem;
  const passes = network.blocks.map(([first, second]) => {
    const input = withBorder(x, CHANNELS);
    const hidden = convolve(input, first.weights, first.bias);
    const inner = withBorder(relu(hidden), CHANNELS);
    const branch = convolve(inner, second.weights, second.bias);
    const before = x;
    x = relu(branch.map((value, index) => value + (before[index] ?? 0)));
    return { input, hidden, inner, branch, output: x };
  });
  const { head } = network;
  const logits = Float64Array.from(head.bias, (bias, out) =>
    x.reduce((sum, value, index) => sum + value * (head.weights[out * FEATURES + index] ?? 0), bias),
  );
  const most = max(...logits);
  const powers = logits.map((logit) => exp(logit - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  let slope: Float32Array = new Float32Array(FEATURES);
  for (const [out, power] of powers.entries()) {
    const each = power / total - (out === label ? 1 : 0);
    slopes.network.head.bias[out] = (slopes.network.head.bias[out] ?? 0) + each;
    for (let index = 0; index < FEATURES; index++) {
      const at = out * FEATURES + index;
      slopes.network.head.weights[at] = (slopes.network.head.weights[at] ?? 0) + each * (x[index] ?? 0);
      slope[index] = (slope[index] ?? 0) + each * (head.weights[at] ?? 0);
    }
  }
  for (let index = network.blocks.length - 1; index >= 0; index--) {
    const [layers, pass, into, gates] = [
      network.blocks[index],
      passes[index],
      slopes.network.blocks[index],
      slopes.gates[index],
    ];
    if (!layers || !pass || !into || !gates) continue;
    const outer = reluBack(slope, pass.output);
    addGateSlopes(gates[1], pass.branch, outer);
    const inner = reluBack(convolveBack(pass.inner, layers[1].weights, outer, into[1]), relu(pass.hidden));
    addGateSlopes(gates[0], pass.hidden, inner);
    const through = convolveBack(pass.input, layers[0].weights, inner, into[0]);
    slope = outer.map((each, place) => each + (through[place] ?? 0));
  }
  const first = reluBack(slope, stem);
  const { weights, bias } = slopes.network.stem;
  for (const [index, each] of first.entries()) {
    const out = floor(index / PLACES);
    bias[out] = (bias[out] ?? 0) + each;
  }
  eachStemTap((place, tap, pixel) => {
    for (let out = 0; out < CHANNELS; out++) {
      const at = out * STEM_TAPS + tap;
      weights[at] = (weights[at] ?? 0) + (first[out * PLACES + place] ?? 0) * (image[pixel] ?? 0);
    }
  });
  return log(total) - ((logits[label] ?? 0) - most);
}

/** Gradients of the mean loss of some digits, by back-propagation. */
export function slopesOf(network: DigitNetwork, { images, labels }: Digits, chosen: readonly number[]): Slopes {
  const slopes = {
    network: {
      stem: zeros(network.stem),
      blocks: network.blocks.map(([first, second]) => [zeros(first), zeros(second)] as const),
      head: zeros(network.head),
    },
    gates: network.blocks.map(() => [new Float64Array(CHANNELS), new Float64Array(CHANNELS)] as const),
  };
  let loss = 0;
  for (const digit of chosen) {
    const image = images.subarray(digit * SIDE * SIDE, (digit + 1) * SIDE * SIDE);
    loss += addSlopes(network, slopes, image, labels[digit] ?? 0);
  }
  const arrays = [...layersOf(slopes.network).flatMap(({ weights, bias }) => [weights, bias]), ...slopes.gates.flat()];
  for (const array of arrays) for (const [index, value] of array.entries()) array[index] = value / chosen.length;
  return { loss: loss / chosen.length, ...slopes };
}

/** Trains a network by stochastic gradient descent with momentum 0.9, in mini-batches of 32. */
export function trainNetwork(digits: Digits, { epochs, rate }: { epochs: number; rate: number }): DigitNetwork {
  const network = newNetwork();
  const speed = layersOf(network).map(zeros);
  const random = seededRandom('order');
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = Array.from(digits.labels, (_, digit) => ({ digit, key: random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ digit }) => digit);
    for (let start = 0; start < order.length; start += 32) {
      const slopes = layersOf(slopesOf(network, digits, order.slice(start, start + 32)).network);
      for (const [index, each] of layersOf(network).entries()) {
        const [of, by] = [speed[index], slopes[index]];
        if (of && by) for (const part of ['weights', 'bias'] as const) step(each[part], of[part], by[part], rate);
      }
    }
  }
  return network;
}

function step(values: Float32Array, speed: Float32Array, slopes: Float32Array, rate: number): void {
  for (let index = 0; index < values.length; index++) {
    const next = 0.9 * (speed[index] ?? 0) - rate * (slopes[index] ?? 0);
    speed[index] = next;
    values[index] = (values[index] ?? 0) + next;
  }
}

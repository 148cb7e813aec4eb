import { encodeModel, GraphBuilder } from '@espalier/onnx';

/**
 * The name of the reference model. Readings of two devices, or of two years, can only be compared when it was the same
 * model: whoever changes one byte of it gives it another name.
 */
export const CANARY_NAME = 'canary-1';

const SEED = 'espalier/canary-1';
const IMAGE_PX = 64;
const CLASSES = 1000;

/**
 * The canary: one image through what most networks are made of (3×3 convolutions, a depthwise and two pointwise ones, a
 * residual join, a fully connected layer), about 75 million multiplications, 1 to 3 ms on one core of a PC. Large enough
 * that the clock and the work between kernels do not count, and small enough to be measured between two jobs.
 * @returns the bytes of an ONNX file, the same on every machine
 */
export function canaryModel(): Uint8Array {
  const graph = new GraphBuilder(CANARY_NAME, { opset: 13, irVersion: 7, seed: SEED });
  const image = graph.input('image', 'float32', [1, 3, IMAGE_PX, IMAGE_PX]);
  const conv = (
    name: string,
    x: string,
    out: number,
    more: { kernel?: number; stride?: number; group?: number } = {},
  ) => graph.relu(`${name}.relu`, graph.conv(name, x, { out, bias: true, ...more }));

  const stem = conv('stem', image, 32, { stride: 2 });
  const wide = conv('wide', stem, 64);
  const depthwise = conv('depthwise', wide, 64, { group: 64 });
  const pointwise = conv('pointwise', depthwise, 128, { kernel: 1 });
  const down = conv('down', pointwise, 128, { stride: 2 });
  const narrow = graph.conv('narrow', down, { out: 128, kernel: 1, bias: true });
  const joined = graph.relu('join.relu', graph.add('join', narrow, down));
  const pooled = graph.flatten('flatten', graph.globalAveragePool('pool', joined));
  const scores = graph.gemm('classify', pooled, { out: CLASSES });
  graph.output(scores, { as: 'scores', dims: [1, CLASSES] });
  return Buffer.concat(encodeModel(graph.build()));
}

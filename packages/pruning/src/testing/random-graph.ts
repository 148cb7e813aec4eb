import { GraphBuilder, type OnnxModel, seededRandom } from '@espalier/onnx';

const IMAGE = [1, 4, 4, 4] as const;

/** Picks an element; `undefined` only of an empty list. */
type Pick = <T>(from: readonly T[]) => T | undefined;

/** Adds a node that reads `x` and perhaps other tensors of the list; returns what it makes. */
type Step = (g: GraphBuilder, name: string, x: string, tensors: readonly string[], pick: Pick) => string;

/**
 * A graph without any plan: convolutions, norms, joins, splits and shape readers between tensors chosen at random, most
 * of them recent, with one or two inputs and outputs.
 */
export function randomGraph(seed: number): OnnxModel {
  const next = seededRandom(seed);
  const pick: Pick = (from) => from[Math.floor(next() * from.length)];
  const g = new GraphBuilder('random', { seed });
  const tensors = Array.from({ length: 1 + Math.floor(next() * 2) }, (_, index) =>
    g.input(`x${index}`, 'float32', IMAGE),
  );
  const nodeCount = 3 + Math.floor(next() * 20);
  for (let index = 0; index < nodeCount; index++) {
    const x = pick(next() < 0.7 ? tensors.slice(-3) : tensors) ?? '';
    const step = pick(STEPS) ?? relu;
    tensors.push(step(g, `n${index}`, x, tensors, pick));
  }
  const made = tensors.filter((name) => !name.startsWith('x'));
  const outputs = new Set([made.at(-1) ?? '', next() < 0.4 ? (pick(made) ?? '') : '']);
  for (const output of outputs) if (output !== '') g.output(output);
  return g.build();
}

const conv: Step = (g, name, x, _, pick) =>
  g.conv(name, x, { out: pick([4, 4, 4, 8]) ?? 4, kernel: pick([1, 3]) ?? 1 });

const relu: Step = (g, name, x) => g.relu(name, x);

const norm: Step = (g, name, x) => g.batchNorm(name, x);

const join: Step = (g, name, x, tensors, pick) => {
  const other = pick(likeX(g, x, tensors)) ?? x;
  return g.node(pick(['Add', 'Mul', 'Sum', 'Max']) ?? 'Add', [x, other], {}, { name, channels: g.channelsOf(x) });
};

const concat: Step = (g, name, x, tensors, pick) => g.concat(name, [x, pick(tensors) ?? x]);

/** Half of the channels go on, the other half comes back added to the first. */
const halves: Step = (g, name, x) => {
  const half = g.channelsOf(x) / 2;
  if (half < 2 || !Number.isInteger(half)) return g.identity(name, x);
  const outputs = [`${name}.a`, `${name}.b`];
  g.node('Split', [x, g.ints(`${name}.sizes`, [half, half])], { axis: 1 }, { name, outputs, channels: half });
  return g.node('Add', outputs, {}, { name: `${name}.sum`, channels: half });
};

/** A Reshape to the shape of some tensor: no data flows from there. */
const reshape: Step = (g, name, x, tensors, pick) => {
  const shape = g.node('Shape', [pick(likeX(g, x, tensors)) ?? x], {}, { name: `${name}.shape` });
  return g.node('Reshape', [x, shape], {}, { name, channels: g.channelsOf(x) });
};

const STEPS: readonly Step[] = [conv, conv, conv, relu, norm, join, join, concat, halves, reshape];

function likeX(g: GraphBuilder, x: string, tensors: readonly string[]): string[] {
  return tensors.filter((tensor) => g.channelsOf(tensor) === g.channelsOf(x));
}

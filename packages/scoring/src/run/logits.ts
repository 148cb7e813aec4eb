import type { GraphView } from '@espalier/onnx';
import type { TensorShapes } from '@espalier/pruning';
import { ScoringError } from '../errors.js';

/** They keep the numbers of a tensor and their order. */
const TRANSPARENT: ReadonlySet<string> = new Set([
  'Identity',
  'Flatten',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Cast',
  'Dropout',
]);

const SOFTMAX: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax']);

/** Where a classifier's logits are. */
export interface Logits {
  readonly tensor: string;
  readonly classes: number;
}

/** Classes of a tensor [samples, classes], or with more axes of size 1; `undefined` for other shapes. */
function classesOf(shapes: TensorShapes, tensor: string): number | undefined {
  const shape = shapes.get(tensor);
  const [, classes, ...rest] = shape?.dims ?? [];
  const isReal = shape?.elementType.startsWith('float') ?? false;
  return isReal && classes !== undefined && classes > 1 && rest.every((dim) => dim === 1) ? classes : undefined;
}

/**
 * Logits of a model: its first output of shape [samples, classes]; `undefined` when it has none. When that is the result of a
 * Softmax or LogSoftmax node (seen through nodes that change no number), what the node reads are the logits; any other output
 * is taken for logits. Cross-entropy does not see the difference between logits and their log-softmax.
 * @param shapes of a run of the base model: a model without some of its blocks keeps the names of what is left
 */
export function logitsOf(graph: GraphView, shapes: TensorShapes): Logits | undefined {
  for (const { name } of graph.outputs) {
    const classes = classesOf(shapes, name);
    if (classes === undefined) continue;
    let tensor = name;
    for (let node = graph.producerOf(tensor); node !== undefined; node = graph.producerOf(tensor)) {
      const [input = ''] = node.inputs;
      if (SOFTMAX.has(node.opType)) return { tensor: input, classes };
      if (!TRANSPARENT.has(node.opType)) break;
      tensor = input;
    }
    return { tensor: name, classes };
  }
  return undefined;
}

/** As `logitsOf`, where there have to be some. @throws ScoringError `logits-missing` */
export function findLogits(graph: GraphView, shapes: TensorShapes): Logits {
  const logits = logitsOf(graph, shapes);
  if (logits !== undefined) return logits;
  throw new ScoringError('logits-missing', 'no output of the model is of shape samples × classes', {
    hint: 'ablation, sensitivity, block-influence, activation and cka need no such output',
  });
}

/** Whether a model has logits, from the names of its outputs and the shapes of a run. */
export function hasLogits(outputs: readonly string[], shapes: TensorShapes): boolean {
  return outputs.some((name) => classesOf(shapes, name) !== undefined);
}

import type { GraphLabels } from '@espalier/onnx';

/**
 * Labels that survive onnxruntime's optimisations: it names what it fuses after a node or a tensor of the graph it was
 * given, with something in front or behind (`…_nchwc`, `InsertedPrecisionFreeCast_…`).
 */
export const profileLabels: GraphLabels = {
  node: (index) => `espalier#${index}#`,
  tensor: (index, output) => `espalier#${index}.${output}#`,
};

const label = /espalier#(\d+)(?:\.(\d+))?#/;
const everyLabel = /espalier#\d+(?:\.\d+)?#/g;

/** What a labelled name speaks of. */
export interface Labelled {
  /** Place in the main graph: of the node, or of the one that produces the tensor. */
  readonly nodeIndex: number;
  /** Which output of the node the tensor is; undefined when the label is the node's own. */
  readonly outputIndex: number | undefined;
}

/** Reads the first label in a name that onnxruntime made. */
export function labelIn(name: string): Labelled | undefined {
  const match = label.exec(name);
  if (match === null) return undefined;
  return { nodeIndex: Number(match[1]), outputIndex: match[2] === undefined ? undefined : Number(match[2]) };
}

/** The name without labels, as people know it. */
export function withoutLabels(name: string): string {
  return name.replaceAll(everyLabel, '');
}

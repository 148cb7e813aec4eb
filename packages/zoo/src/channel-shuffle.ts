import type { GraphBuilder } from '@espalier/onnx';

/** Channels and side of a square map. */
export interface MapSize {
  readonly channels: number;
  readonly side: number;
}

/** Side of a map after a 3×3 window with padding 1 and stride 2. */
export const halved = (side: number): number => Math.ceil(side / 2);

/**
 * Mixes the channels of `groups` groups (Zhang et al., arXiv 1707.01083, figure 1), as torch's exporter writes it: the
 * channels as a matrix with `rows` rows, turned.
 */
export function channelShuffle(
  graph: GraphBuilder,
  x: string,
  { name, rows, channels, side }: MapSize & { name: string; rows: number },
): string {
  const apart = graph.ints(`${name}.apart.shape`, [-1, rows, channels / rows, side, side]);
  const matrix = graph.node('Reshape', [x, apart], {}, { name: `${name}.apart` });
  const turned = graph.node('Transpose', [matrix], { perm: [0, 2, 1, 3, 4] }, { name: `${name}.transpose` });
  const together = graph.ints(`${name}.together.shape`, [-1, channels, side, side]);
  return graph.node('Reshape', [turned, together], {}, { name: `${name}.together` });
}

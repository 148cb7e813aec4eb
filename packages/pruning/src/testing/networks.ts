import { GraphBuilder, type OnnxModel } from '@espalier/onnx';

/** A piece of a generated network, from `width` to `out` channels. */
export interface Piece {
  readonly kind: 'unit' | 'residual' | 'modules' | 'separable';
  /** Channels that it makes; what it gets are those of the piece in front. */
  readonly out: number;
  /** Convolutions in a branch, or branches of a module. */
  readonly size: number;
  readonly hasNorm: boolean;
  /** Identity and Dropout nodes in between, as some exporters leave them. */
  readonly isNoisy: boolean;
}

const IMAGE = [1, 3, 8, 8] as const;
const STEM_CHANNELS = 8;

/** Seed of all weights. */
export const NETWORK_SEED = 5;

/** Channels that each piece gets. */
export function widthsOf(pieces: readonly Piece[]): number[] {
  return pieces.map((_, index) => pieces[index - 1]?.out ?? STEM_CHANNELS);
}

/**
 * A network of a stem, the given pieces and, unless `isHeadless`, a head. Pieces whose positions are in `omit` are not
 * built; the weights of the others are the same with and without them.
 */
export function networkOf(
  pieces: readonly Piece[],
  { omit = [], isHeadless = false }: { omit?: readonly number[]; isHeadless?: boolean } = {},
): OnnxModel {
  const g = new GraphBuilder('generated', { seed: NETWORK_SEED });
  let x = g.relu('stem.relu', g.conv('stem.conv', g.input('x', 'float32', IMAGE), { out: STEM_CHANNELS }));
  for (const [index, piece] of pieces.entries()) if (!omit.includes(index)) x = addPiece(g, `piece${index}`, x, piece);
  const y = isHeadless ? x : g.gemm('head.fc', g.flatten('head.flat', g.globalAveragePool('head.pool', x)), { out: 5 });
  return g.output(y, { as: 'y' }).build();
}

function addPiece(g: GraphBuilder, name: string, x: string, piece: Piece): string {
  if (piece.kind === 'unit') return convUnit(g, `${name}.unit`, x, piece, piece.out);
  if (piece.kind === 'residual') return residual(g, name, x, piece);
  return piece.kind === 'modules' ? parallel(g, name, x, piece) : separable(g, name, x, piece);
}

function convUnit(g: GraphBuilder, name: string, x: string, { hasNorm, isNoisy }: Piece, out: number): string {
  const conv = g.conv(`${name}.conv`, x, { out, bias: !hasNorm });
  const normed = hasNorm ? g.batchNorm(`${name}.bn`, conv) : conv;
  const active = g.relu(`${name}.relu`, normed);
  return isNoisy ? dropout(g, `${name}.drop`, g.identity(`${name}.id`, active)) : active;
}

function dropout(g: GraphBuilder, name: string, x: string): string {
  return g.node('Dropout', [x], {}, { name, channels: g.channelsOf(x), outputs: [`${name}_out`, `${name}_mask`] });
}

/** The last convolution has no activation; a shortcut that changes the width has a convolution of its own. */
function residual(g: GraphBuilder, name: string, x: string, piece: Piece): string {
  const inner = Array.from({ length: piece.size - 1 }, (_, index) => index);
  const branch = inner.reduce((y, index) => convUnit(g, `${name}.c${index}`, y, piece, piece.out), x);
  const last = g.conv(`${name}.last`, branch, { out: piece.out });
  const shortcut = g.channelsOf(x) === piece.out ? x : g.conv(`${name}.shortcut`, x, { out: piece.out, kernel: 1 });
  return g.relu(`${name}.relu`, g.add(`${name}.add`, shortcut, last));
}

function parallel(g: GraphBuilder, name: string, x: string, piece: Piece): string {
  const share = Math.floor(piece.out / piece.size);
  const widths = Array.from({ length: piece.size }, (_, index) =>
    index === 0 ? piece.out - share * (piece.size - 1) : share,
  );
  const branches = widths.map((width, index) =>
    convUnit(
      g,
      `${name}.b${index}.out`,
      index === 0 ? x : convUnit(g, `${name}.b${index}.in`, x, piece, 3),
      piece,
      width,
    ),
  );
  return g.concat(`${name}.concat`, branches);
}

/** Expansion, depthwise and projection. */
function separable(g: GraphBuilder, name: string, x: string, piece: Piece): string {
  const wide = g.channelsOf(x) * 2;
  const expanded = g.relu(`${name}.relu1`, g.conv(`${name}.expand`, x, { out: wide, kernel: 1 }));
  const mixed = g.relu(`${name}.relu2`, g.conv(`${name}.depthwise`, expanded, { out: wide, group: wide }));
  return g.conv(`${name}.project`, mixed, { out: piece.out, kernel: 1 });
}

import type { TensorInfo } from '@espalier/contracts';

const dimText = (dim: number | string | null): string => (dim === null ? '?' : String(dim));

/** A shape as people write it: `1×64×56×56`; `scalar` without dimensions. */
export function formatShape(dims: readonly (number | string | null)[]): string {
  return dims.length === 0 ? 'scalar' : dims.map(dimText).join('×');
}

/** A graph input or output: `float32 batch×3×224×224`. */
export function formatTensor({ elementType, dims }: Pick<TensorInfo, 'elementType' | 'dims'>): string {
  return dims === null ? `${elementType}, any shape` : `${elementType} ${formatShape(dims)}`;
}

/** Enough of a SHA-256 to tell artifacts apart by eye. */
export function formatSha(sha256: string): string {
  return sha256.slice(0, 10);
}

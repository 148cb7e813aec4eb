import type { ProfileResult } from '@espalier/contracts';

/** A part of the profiled run: a block, or what belongs to none. */
export interface ProfilePart {
  readonly key: string;
  readonly kind: 'block' | 'rest' | 'runtime' | 'unexplained';
  readonly name: string;
  readonly share: number;
  readonly medianMs: number | null;
  readonly kernels: number | null;
}

/** Where the time of a profiled run went, in order of the run: blocks, then what lies between them. The shares make 1. */
export function profileParts({ blocks, rest, runtime, unexplained, kernels }: ProfileResult): readonly ProfilePart[] {
  const inBlocks = (blocks ?? []).reduce((sum, block) => sum + block.kernels, 0);
  return [
    ...(blocks ?? []).map((block): ProfilePart => ({ ...block, key: `block ${block.index}`, kind: 'block' })),
    {
      key: 'rest',
      kind: 'rest',
      name: blocks === null ? 'All kernels' : 'Kernels of no block',
      ...rest,
      kernels: kernels.length - inBlocks,
    },
    { key: 'runtime', kind: 'runtime', name: 'onnxruntime itself', ...runtime, kernels: null },
    {
      key: 'unexplained',
      kind: 'unexplained',
      name: 'Not accounted for',
      share: unexplained,
      medianMs: null,
      kernels: null,
    },
  ];
}

/** A stretch of a bar, in shares of its length. */
export interface BarStretch {
  readonly part: ProfilePart;
  readonly from: number;
  readonly to: number;
}

/** The parts one after the other; what is negative, as a rest may be, takes no room, and the others share the bar. */
export function barStretches(parts: readonly ProfilePart[]): readonly BarStretch[] {
  const drawn = parts.filter(({ share }) => share > 0);
  const whole = drawn.reduce((sum, { share }) => sum + share, 0);
  let from = 0;
  return drawn.map((part) => {
    const to = from + part.share / whole;
    const stretch = { part, from, to };
    from = to;
    return stretch;
  });
}

/** The kernels that take the most of the run, the largest first. */
export function topKernels({ kernels }: Pick<ProfileResult, 'kernels'>, count: number): ProfileResult['kernels'] {
  return kernels.toSorted((a, b) => b.share - a.share).slice(0, count);
}

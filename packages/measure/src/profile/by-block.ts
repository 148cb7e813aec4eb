import type { ProfiledBlock, ProfileResult } from '@espalier/contracts';

/** A block and the nodes of the model that go with it. */
export interface BlockNodes {
  readonly index: number;
  readonly name: string;
  readonly nodes: readonly string[];
}

/** The block of every node; of several that hold it, the smallest. */
function blocksByNode(blocks: readonly BlockNodes[]): ReadonlyMap<string, BlockNodes> {
  const largestFirst = [...blocks].sort((a, b) => b.nodes.length - a.nodes.length);
  return new Map(largestFirst.flatMap((block) => block.nodes.map((node) => [node, block] as const)));
}

/** The block that a kernel works for: that of its main node, else the one with most of its nodes. */
function blockOf(nodes: readonly string[], byNode: ReadonlyMap<string, BlockNodes>): BlockNodes | undefined {
  const [main] = nodes;
  const ofMain = main === undefined ? undefined : byNode.get(main);
  if (ofMain !== undefined) return ofMain;
  const counts = new Map<BlockNodes, number>();
  for (const block of nodes.flatMap((node) => byNode.get(node) ?? [])) counts.set(block, (counts.get(block) ?? 0) + 1);
  return [...counts].reduce<readonly [BlockNodes | undefined, number]>(
    (most, entry) => (entry[1] > most[1] ? entry : most),
    [undefined, 0],
  )[0];
}

/**
 * Adds up the kernels of a profile by block; what belongs to no block is the rest. A kernel that fuses nodes of two
 * blocks counts for the block of its main node (a convolution, say, not the activation that it took in). `medianMs` of a
 * block, of the rest and of the runtime is its share of the median run, so that they add up.
 */
export function profileByBlock(profile: ProfileResult, blocks: readonly BlockNodes[]): ProfileResult {
  const byNode = blocksByNode(blocks);
  const shares = new Map<BlockNodes | undefined, { share: number; kernels: number }>();
  for (const { nodes, share } of profile.kernels) {
    const block = blockOf(nodes, byNode);
    const sum = shares.get(block) ?? { share: 0, kernels: 0 };
    shares.set(block, { share: sum.share + share, kernels: sum.kernels + 1 });
  }
  const rest = shares.get(undefined)?.share ?? 0;
  return {
    ...profile,
    blocks: blocks.map((block): ProfiledBlock => {
      const { share, kernels } = shares.get(block) ?? { share: 0, kernels: 0 };
      return { index: block.index, name: block.name, share, medianMs: share * profile.profiledP50Ms, kernels };
    }),
    rest: { share: rest, medianMs: rest * profile.profiledP50Ms },
  };
}

import type { Block } from '@espalier/contracts';

/** A block for tests; what a test does not care about is made up. */
export function aBlock(index: number, overrides: Partial<Block> = {}): Block {
  return {
    index,
    name: `layer.${index}`,
    removable: true,
    parameters: 1_000,
    macs: 10_000,
    input: { name: 'in', shape: [1, 16, 8, 8] },
    output: { name: 'out', shape: [1, 16, 8, 8] },
    nodes: ['conv1', 'relu1'],
    ...overrides,
  };
}

import type { ElementType, Factor } from '@espalier/onnx';
import type { Reduction } from '@espalier/pruning';

/** A tensor that is multiplied by factors, and what they count for in the importance of a block. */
export interface FactorSite {
  readonly tensor: string;
  readonly elementType: ElementType;
  /** Shape of the factors: it broadcasts to the tensor. */
  readonly dims: readonly number[];
  /** Filters of the layer that it belongs to. */
  readonly filters: number;
}

/** The sites of one block, or why it has none. */
export interface BlockSites {
  readonly index: number;
  readonly sites: readonly FactorSite[] | string;
}

/** A site with the weight c of its filters in the importance Σ c·a² of its block. */
export interface WeightedSite extends FactorSite {
  readonly weight: number;
}

/**
 * Weights of the sites of a block. `all`: the mean over all filters, c = 1 / Σ n. `paper`: the mean over layers of the mean
 * over a layer's filters, c = 1 / (layers · n).
 */
export function weighted(sites: readonly FactorSite[], reduction: Reduction): readonly WeightedSite[] {
  const filters = sites.reduce((sum, site) => sum + site.filters, 0);
  return sites.map((site) => ({
    ...site,
    weight: reduction === 'all' ? 1 / filters : 1 / (sites.length * site.filters),
  }));
}

/** The input of the model that takes the factors of a tensor. */
export function inputOf(tensor: string): string {
  return `espalier.factor/${tensor}`;
}

/** The factors to add to a model. Their sizes are left open: a block that is not looked at is fed a single 1. */
export function factorsOf(sites: readonly FactorSite[]): ReadonlyMap<string, Factor> {
  return new Map(
    sites.map(({ tensor, elementType, dims }) => {
      const input = inputOf(tensor);
      return [tensor, { input, elementType, dims: dims.map((_, axis) => `${input}/${axis}`) }];
    }),
  );
}

/** The number of factors of a site. */
export function sizeOf({ dims }: FactorSite): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** What happens to a weight tensor when a filter goes. */
export type SliceRole =
  /** The entries compute the filter: rows of a convolution or linear layer, and its bias. */
  | 'makes'
  /** One number per channel, passed over the channel on its way: norms, biases and scales of their own, slopes. */
  | 'scales'
  /** The entries read the channel in the layer behind. */
  | 'reads';

/** The part of one weight tensor that goes with the filters of a group. */
export interface WeightSlice {
  /** The tensor that is stored: an initializer or the output of a Constant node. */
  readonly tensor: string;
  /** The axis of the stored tensor along which entries go. */
  readonly axis: number;
  readonly role: SliceRole;
  /** Name of the node that uses the weight. */
  readonly node: string;
  /** Which entries along `axis` go with a filter: several behind a Flatten, in grouped convolutions and for heads. */
  readonly indicesOf: (filter: number) => readonly number[];
}

/** Channels that can only go together: those of one layer, and of every layer whose outputs are added to its own. */
export interface FilterGroup {
  /** Name of the node that is the first to make these channels; unique among the groups of a model. */
  readonly name: string;
  /** How many can go one by one; 0 to `filters` − 1 number them in the order of the first producer's outputs. */
  readonly filters: number;
  readonly prunable: boolean;
  /** Why it is not prunable; names the node that stands in the way. */
  readonly reason?: string;
  /** Names of the nodes whose outputs shrink, in order of execution. */
  readonly producers: readonly string[];
  /** Names of the nodes with weights that read the channels, in order of execution. */
  readonly consumers: readonly string[];
  /**
   * Sets of filters of each of which at least one has to stay, since a layer or a part of one has no others; absent where
   * every layer has all filters of the group.
   */
  readonly needsOneOf?: readonly (readonly number[])[];
  /**
   * Names of nodes that compute with several of the channels at once, without weights: a layer norm, a mean over the
   * channels. What they make of the other channels changes even when a filter goes that gives nothing but zeros.
   */
  readonly mixedBy?: readonly string[];
  /** Trained numbers that go when all of its filters go. */
  readonly parameters: number;
  readonly slices: readonly WeightSlice[];
}

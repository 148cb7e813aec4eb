import type { ElementType } from '@espalier/onnx';

/** Element type and concrete dims of one tensor, as a run of the model produced it. */
export interface TensorShape {
  readonly elementType: ElementType;
  readonly dims: readonly number[];
}

/** What every tensor of a model looked like in one traced run, by name. Weights may be left out. */
export type TensorShapes = ReadonlyMap<string, TensorShape>;

/**
 * How fine the regions are that count as one block. `block`: the finest region that closes a residual join, or a
 * convolution or linear unit where there is none. `layer`: the finest region at all.
 */
export type Granularity = 'block' | 'layer';

/** The tensor at one end of a block; `shape` has the batch in front. */
export interface BlockEnd {
  readonly name: string;
  readonly shape: number[];
}

/**
 * A region of a model with one tensor in and one tensor out. Removing it connects the input to the output. Where the two
 * differ in the number of channels, the layers that read the output get new weights for the width that arrives then.
 */
export interface Block {
  /** Position in the order of the data's flow, from 0. */
  readonly index: number;
  /** Readable and unique within its granularity. */
  readonly name: string;
  readonly removable: boolean;
  /** Why it is not removable. */
  readonly reason?: string;
  /** Trained numbers that go with the block: weights that something else uses too are not counted. */
  readonly parameters: number;
  /** Multiply-accumulates of its convolutions and linear layers for one sample. */
  readonly macs: number;
  readonly input: BlockEnd;
  readonly output: BlockEnd;
  /** Names of the nodes that go with the block, in the order of execution. */
  readonly nodes: string[];
  /** Weights that its removal makes anew, since they read another width then; absent where there are none. */
  readonly reinitialises?: string[];
}

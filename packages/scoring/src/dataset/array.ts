/** An array of a data set, as its header declares it: samples first. */
export interface ArrayInfo {
  /** '' for the array of a single .npy. */
  readonly name: string;
  /** As onnxruntime calls it. */
  readonly elementType: string;
  readonly shape: readonly number[];
}

/** Some samples of an array: little-endian bytes of `elementType`, in the order that they were asked for. */
export interface Rows {
  readonly elementType: string;
  /** The number of samples, then the shape of one. */
  readonly dims: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is in a file with calibration data. */
export interface DatasetDescription {
  readonly samples: number;
  /** Largest label + 1; null: no labels. */
  readonly classes: number | null;
  /** In the order of the file, `labels` among them. */
  readonly arrays: readonly ArrayInfo[];
}

/** Calibration data that are read sample by sample: what is in memory is what was asked for. */
export interface DatasetReader {
  readonly samples: number;
  /** All arrays but `labels`, which a model may take as inputs. */
  readonly arrays: readonly ArrayInfo[];
  readonly hasLabels: boolean;
  /**
   * Samples of an array by their indices, in that order.
   * @throws ScoringError `dataset-invalid` when the file ends early, RangeError for an array or a sample that is not there
   */
  rows(array: string, samples: readonly number[]): Promise<Rows>;
  /** Classes of samples. @throws ScoringError `labels-missing`, `dataset-invalid` */
  labels(samples: readonly number[]): Promise<Int32Array>;
  /** Closes the file and removes what was unpacked from it. Once is enough. */
  close(): Promise<void>;
}

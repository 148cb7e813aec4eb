/** Stable codes of everything this package refuses; a code is never given a second meaning. */
export type OnnxCode =
  /** The bytes are no ONNX model at all. */
  | 'not-onnx'
  /** The file ends in the middle of a field. */
  | 'truncated'
  /** The file contradicts itself; it was an ONNX model once. */
  | 'damaged'
  /** Valid ONNX that this package does not handle; the message names the node or tensor. */
  | 'unsupported'
  /** The model holds no graph, no node or no output. */
  | 'graph-empty'
  /** A node depends on its own result. */
  | 'graph-cyclic'
  /** One tensor name has two sources. */
  | 'tensor-duplicate'
  /** A tensor is read, but nothing produces it; or the caller named a tensor that the graph does not have. */
  | 'tensor-unknown'
  /** A tensor's dims, type and data contradict each other. */
  | 'tensor-invalid'
  /** A tensor's data lies in a file that is absent, too short or not given. */
  | 'external-data-missing'
  /** A tensor's data is said to lie outside the model's own folder. */
  | 'external-data-escapes'
  /** The model passes the 2 GiB that one protobuf file can hold, or has more structure than memory can. */
  | 'model-too-large'
  /** The requested change would not leave a valid graph. */
  | 'edit-invalid'
  /** A graph under construction was described wrongly. */
  | 'builder-misuse'
  /** The operating system refused to read or write the file. */
  | 'file-unusable';

/** The one error class of this package. `code` is for programs, `message` and `hint` are for people. */
export class OnnxError extends Error {
  readonly code: OnnxCode;
  /** What the reader can do about it. */
  readonly hint: string | undefined;

  constructor(code: OnnxCode, message: string, { hint, ...options }: ErrorOptions & { hint?: string } = {}) {
    super(message, options);
    this.name = 'OnnxError';
    this.code = code;
    this.hint = hint;
  }
}

import { InputData, parserOf } from '@espalier/contracts';
import type { CallOptions } from './options.js';
import type { Transport, UploadBody } from './transport.js';

const parseInputData = parserOf('InputData', InputData);

/** Input data: arrays by input name, for `spec.inputData`. */
export interface InputCalls {
  /** The bytes of an .npz; the same bytes twice are the same data. In Node, `uploadInputFile` takes a file. */
  readonly upload: (body: UploadBody, options?: CallOptions) => Promise<InputData>;
}

export function inputCalls({ call }: Transport): InputCalls {
  return {
    upload: (upload, { signal } = {}) =>
      call({ method: 'POST', path: '/inputs', upload, signal, repeatable: true, timeoutMs: null }, parseInputData),
  };
}

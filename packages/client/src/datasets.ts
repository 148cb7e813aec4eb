import { Dataset, parserOf, type Sha256 } from '@espalier/contracts';
import type { CallOptions } from './options.js';
import { pathOf, type Transport, type UploadBody } from './transport.js';

const parseDataset = parserOf('Dataset', Dataset);

/** Calibration data: inputs and labels, for `spec.scoring.dataset`. */
export interface DatasetCalls {
  /** The bytes of an .npz; the same bytes twice are the same data set. In Node, `uploadDatasetFile` takes a file. */
  readonly upload: (body: UploadBody, options?: CallOptions) => Promise<Dataset>;
  readonly get: (sha256: Sha256, options?: CallOptions) => Promise<Dataset>;
}

export function datasetCalls({ call }: Transport): DatasetCalls {
  return {
    upload: (upload, { signal } = {}) =>
      call({ method: 'POST', path: '/datasets', upload, signal, repeatable: true, timeoutMs: null }, parseDataset),
    get: (sha256, { signal } = {}) => call({ method: 'GET', path: pathOf('datasets', sha256), signal }, parseDataset),
  };
}

import { Candidate, parserOf, type Recipe, type Sha256 } from '@espalier/contracts';
import type { CallOptions } from './options.js';
import { pathOf, type Transport, type UploadBody } from './transport.js';

const parseCandidate = parserOf('Candidate', Candidate);

/** A recipe as one writes it: without a granularity it is `block`. */
export type RecipeInput = Pick<Recipe, 'remove'> & Partial<Recipe>;

/** Candidates: made from a recipe, or uploaded as they are. */
export interface CandidateCalls {
  /** The same recipe twice is the same candidate. */
  readonly create: (
    request: { readonly modelId: Sha256; readonly recipe: RecipeInput },
    options?: CallOptions,
  ) => Promise<Candidate>;
  readonly upload: (modelId: Sha256, body: UploadBody, options?: CallOptions) => Promise<Candidate>;
  readonly get: (id: string, options?: CallOptions) => Promise<Candidate>;
}

export function candidateCalls({ call }: Transport): CandidateCalls {
  return {
    create: (json, { signal } = {}) =>
      call({ method: 'POST', path: '/candidates', json, signal, repeatable: true, timeoutMs: null }, parseCandidate),
    upload: (modelId, upload, { signal } = {}) =>
      call(
        {
          method: 'POST',
          path: pathOf('models', modelId, 'candidates'),
          upload,
          signal,
          repeatable: true,
          timeoutMs: null,
        },
        parseCandidate,
      ),
    get: (id, { signal } = {}) => call({ method: 'GET', path: pathOf('candidates', id), signal }, parseCandidate),
  };
}

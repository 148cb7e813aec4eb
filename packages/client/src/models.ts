import {
  BlockList,
  type Criterion,
  type Granularity,
  Model,
  ModelPage,
  parserOf,
  type Reduction,
  ScoreList,
  type Sha256,
} from '@espalier/contracts';
import type { CallOptions, ListOptions } from './options.js';
import { itemsOf } from './pages.js';
import { pathOf, type Transport, type UploadBody } from './transport.js';

const parseModel = parserOf('Model', Model);
const parsePage = parserOf('ModelPage', ModelPage);
const parseBlocks = parserOf('BlockList', BlockList);
const parseScores = parserOf('ScoreList', ScoreList);

/** Which blocks to look at. */
export interface BlockOptions extends CallOptions {
  readonly granularity?: Granularity;
}

/** Which scores to look at. */
export interface ScoreOptions extends BlockOptions {
  readonly reduction?: Reduction;
}

/** Models: upload them, look at their blocks and scores. */
export interface ModelCalls {
  /** The same bytes twice are the same model. */
  readonly upload: (body: UploadBody, options?: CallOptions & { readonly name?: string }) => Promise<Model>;
  readonly list: (options?: ListOptions) => Promise<ModelPage>;
  readonly each: (options?: ListOptions) => AsyncGenerator<Model, void, undefined>;
  readonly get: (id: Sha256, options?: CallOptions) => Promise<Model>;
  readonly blocks: (id: Sha256, options?: BlockOptions) => Promise<BlockList>;
  readonly scores: (id: Sha256, criterion: Criterion, options?: ScoreOptions) => Promise<ScoreList>;
}

export function modelCalls({ call }: Transport): ModelCalls {
  const list: ModelCalls['list'] = ({ signal, limit, cursor } = {}) =>
    call({ method: 'GET', path: '/models', query: { limit, cursor }, signal }, parsePage);
  return {
    upload: (upload, { name, signal } = {}) =>
      call(
        { method: 'POST', path: '/models', query: { name }, upload, signal, repeatable: true, timeoutMs: null },
        parseModel,
      ),
    list,
    each: (options = {}) => itemsOf(list, options),
    get: (id, { signal } = {}) => call({ method: 'GET', path: pathOf('models', id), signal }, parseModel),
    blocks: (id, { granularity, signal } = {}) =>
      call({ method: 'GET', path: pathOf('models', id, 'blocks'), query: { granularity }, signal }, parseBlocks),
    scores: (id, criterion, { granularity, reduction, signal } = {}) =>
      call(
        {
          method: 'GET',
          path: pathOf('models', id, 'scores', criterion),
          query: { granularity, reduction },
          signal,
        },
        parseScores,
      ),
  };
}

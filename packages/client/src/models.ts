import {
  BlockList,
  type ChooseFilters,
  ChosenFilters,
  type Criterion,
  FilterGroupList,
  FilterScoreList,
  type Granularity,
  Model,
  ModelPage,
  parserOf,
  type PutFilterScores,
  type PutScores,
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
const parseGroups = parserOf('FilterGroupList', FilterGroupList);
const parseFilterScores = parserOf('FilterScoreList', FilterScoreList);
const parseChosen = parserOf('ChosenFilters', ChosenFilters);

/** Which blocks to look at. */
export interface BlockOptions extends CallOptions {
  readonly granularity?: Granularity;
}

/** Which scores to look at. */
export interface ScoreOptions extends BlockOptions {
  readonly reduction?: Reduction;
}

/** Scores as a training job posts them: without a granularity it is `block`. */
export type ScoresInput = Pick<PutScores, 'scores'> & Partial<PutScores>;

/** Which filters to choose: what is missing takes its default. */
export type FilterChoiceInput = Partial<ChooseFilters>;

/** Models: upload them, look at their blocks and filters, and at what is known of how much they matter. */
export interface ModelCalls {
  /** The same bytes twice are the same model. */
  readonly upload: (body: UploadBody, options?: CallOptions & { readonly name?: string }) => Promise<Model>;
  readonly list: (options?: ListOptions) => Promise<ModelPage>;
  readonly each: (options?: ListOptions) => AsyncGenerator<Model, void, undefined>;
  readonly get: (id: Sha256, options?: CallOptions) => Promise<Model>;
  readonly blocks: (id: Sha256, options?: BlockOptions) => Promise<BlockList>;
  readonly scores: (id: Sha256, criterion: Criterion, options?: ScoreOptions) => Promise<ScoreList>;
  /** Every block that can go needs a score. They take the place of those of that name. */
  readonly putScores: (
    id: Sha256,
    criterion: Criterion,
    scores: ScoresInput,
    options?: CallOptions,
  ) => Promise<ScoreList>;
  readonly filterGroups: (id: Sha256, options?: CallOptions) => Promise<FilterGroupList>;
  readonly filterScores: (id: Sha256, criterion: Criterion, options?: CallOptions) => Promise<FilterScoreList>;
  /** Scores, or the filters that stay, by the name of their group. They take the place of those of that name. */
  readonly putFilterScores: (
    id: Sha256,
    criterion: Criterion,
    scores: PutFilterScores,
    options?: CallOptions,
  ) => Promise<FilterScoreList>;
  /** A recipe that keeps the most important filters, for `candidates.create`. */
  readonly chooseFilters: (id: Sha256, choice?: FilterChoiceInput, options?: CallOptions) => Promise<ChosenFilters>;
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
    putScores: (id, criterion, json, { signal } = {}) =>
      call({ method: 'PUT', path: pathOf('models', id, 'scores', criterion), json, signal }, parseScores),
    filterGroups: (id, { signal } = {}) =>
      call({ method: 'GET', path: pathOf('models', id, 'filter-groups'), signal }, parseGroups),
    filterScores: (id, criterion, { signal } = {}) =>
      call(
        { method: 'GET', path: pathOf('models', id, 'filter-scores'), query: { criterion }, signal },
        parseFilterScores,
      ),
    putFilterScores: (id, criterion, json, { signal } = {}) =>
      call({ method: 'PUT', path: pathOf('models', id, 'filter-scores', criterion), json, signal }, parseFilterScores),
    chooseFilters: (id, json = {}, { signal } = {}) =>
      call(
        { method: 'POST', path: pathOf('models', id, 'filter-recipes'), json, signal, repeatable: true },
        parseChosen,
      ),
  };
}

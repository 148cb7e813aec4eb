import {
  type Criterion,
  type Granularity,
  parserOf,
  type Reduction,
  ScoreList,
  ScoreSource,
} from '@espalier/contracts';
import { type Static, Type } from 'typebox';
import type { Queries } from './database.js';
import { readJson, toJson } from './stored.js';

/** One list of importances of a model. */
export interface ScoreKey {
  readonly granularity: Granularity;
  readonly criterion: Criterion;
  readonly reduction: Reduction;
}

/** The importances of the blocks of a model, and where they come from. */
export type StoredScores = Pick<ScoreList, 'source' | 'scores'>;

const Numbers = Type.Array(Type.Number());

/** What is known of the filters of a model by a criterion, by the name of their group; a group is in at most one of the parts. */
export const KnownFilters = Type.Object({
  /** Importances, one a filter. */
  scores: Type.Record(Type.String(), Numbers),
  /** The filters that stay, where that was learned. */
  keep: Type.Record(Type.String(), Numbers),
  /** The share that may go, in the order of another criterion. */
  rates: Type.Record(Type.String(), Type.Number()),
  /** The criterion behind `rates`; null: there are none. */
  orderedBy: Type.Union([Type.String(), Type.Null()]),
});
export type KnownFilters = Static<typeof KnownFilters>;

/** What is known of filters, and where it comes from. */
export interface StoredFilterScores {
  readonly source: ScoreSource;
  readonly known: KnownFilters;
}

/** Scores of blocks and filters that were computed, or posted. The latest of a name stands. */
export interface Scores {
  /** Null: there are none under this key. */
  ofBlocks(modelId: string, key: ScoreKey): Promise<StoredScores | null>;
  saveOfBlocks(modelId: string, key: ScoreKey, scores: StoredScores): Promise<void>;
  /** Null: there are none by this name. */
  ofFilters(modelId: string, criterion: Criterion): Promise<StoredFilterScores | null>;
  saveOfFilters(modelId: string, criterion: Criterion, scores: StoredFilterScores): Promise<void>;
}

const parseScores = parserOf('scores of a model', ScoreList.properties.scores);
const parseKnown = parserOf('what is known of filters', KnownFilters);

/** Keeps scores of blocks in the place of those that were there. */
export async function saveBlockScores(
  db: Queries,
  modelId: string,
  { granularity, criterion, reduction }: ScoreKey,
  { source, scores }: StoredScores,
): Promise<void> {
  const key = { modelId, granularity, criterion, reduction };
  const value = { source, scores: toJson(scores), createdAt: new Date() };
  await db.score.upsert({
    where: { modelId_granularity_criterion_reduction: key },
    create: { ...key, ...value },
    update: value,
    select: { modelId: true },
  });
}

/** Keeps what is known of filters in the place of what was there. */
export async function saveFilterScores(
  db: Queries,
  modelId: string,
  criterion: Criterion,
  { source, known }: StoredFilterScores,
): Promise<void> {
  const value = { source, scores: toJson(known), createdAt: new Date() };
  await db.filterScore.upsert({
    where: { modelId_criterion: { modelId, criterion } },
    create: { modelId, criterion, ...value },
    update: value,
    select: { modelId: true },
  });
}

/** Scores in Postgres. */
export function scoresOf(db: Queries): Scores {
  return {
    ofBlocks: async (modelId, key) => {
      const row = await db.score.findUnique({
        where: { modelId_granularity_criterion_reduction: { modelId, ...key } },
      });
      return row === null ? null : { source: row.source, scores: readJson(parseScores, row.scores) };
    },
    saveOfBlocks: async (modelId, key, scores) => await saveBlockScores(db, modelId, key, scores),
    ofFilters: async (modelId, criterion) => {
      const row = await db.filterScore.findUnique({ where: { modelId_criterion: { modelId, criterion } } });
      return row === null ? null : { source: row.source, known: readJson(parseKnown, row.scores) };
    },
    saveOfFilters: async (modelId, criterion, scores) => await saveFilterScores(db, modelId, criterion, scores),
  };
}

import { randomUUID } from 'node:crypto';
import { Candidate, parserOf, Recipe } from '@espalier/contracts';
import type { Queries } from './database.js';
import { StoreError } from './errors.js';
import { DbNull } from './generated/internal/prismaNamespace.js';
import type { CandidateModel } from './generated/models/Candidate.js';
import { type Page, type PageRequest, pageOf, pageQuery } from './page.js';
import { keyOf, readJson } from './stored.js';

/** What is known of a candidate when it is added; its file is kept in the artifacts already. */
export type NewCandidate = Pick<Candidate, 'modelId' | 'recipe' | 'artifact' | 'parameters' | 'macs' | 'reinitialised'>;

/** Pruned models. */
export interface Candidates {
  /** The same recipe of the same model again (or the same uploaded bytes) is the same candidate: then `created` is false. */
  create(candidate: NewCandidate): Promise<{ created: boolean; candidate: Candidate }>;
  /** The candidate of a recipe, whatever the order of its indices. */
  findByRecipe(modelId: string, recipe: Recipe): Promise<Candidate | null>;
  /** The candidate that was uploaded with these bytes. */
  findUploaded(modelId: string, artifact: string): Promise<Candidate | null>;
  /** @throws StoreError `candidate-unknown` */
  get(id: string): Promise<Candidate>;
  /** @throws StoreError `cursor-invalid` */
  list(page: PageRequest & { readonly modelId?: string }): Promise<Page<Candidate>>;
}

const parseRecipe = parserOf('recipe', Recipe);
const parseReinitialised = parserOf('reinitialised weights', Candidate.properties.reinitialised);
const columns = { include: { artifact: { select: { sizeBytes: true } } } } as const;
type Row = CandidateModel & { readonly artifact: { readonly sizeBytes: bigint } };

const render = (row: Row): Candidate => ({
  id: row.id,
  modelId: row.modelId,
  recipe: row.recipe === null ? null : readJson(parseRecipe, row.recipe),
  artifact: row.artifactId,
  sizeBytes: Number(row.artifact.sizeBytes),
  parameters: Number(row.parameters),
  macs: row.macs,
  reinitialised: readJson(parseReinitialised, row.reinitialised),
  createdAt: row.createdAt.toISOString(),
});

const DEFAULT_SEED = 1;
const ascending = (indices: readonly number[]): number[] => [...new Set(indices)].sort((a, b) => a - b);

/** One form for all recipes that say the same: what is as when it were absent is left out. */
function canonical({ granularity, remove, filters = {}, seed = DEFAULT_SEED }: Recipe): Recipe {
  const kept = Object.entries(filters).map(([group, indices]) => [group, ascending(indices)]);
  return {
    granularity,
    remove: ascending(remove),
    ...(kept.length === 0 ? {} : { filters: Object.fromEntries(kept) }),
    ...(seed === DEFAULT_SEED ? {} : { seed }),
  };
}

/** Candidates in Postgres. */
export function candidatesOf(db: Queries): Candidates {
  const byKey = async (modelId: string, recipeKey: string) =>
    await db.candidate.findUnique({ where: { modelId_recipeKey: { modelId, recipeKey } }, ...columns });
  const find = async (modelId: string, recipeKey: string): Promise<Candidate | null> => {
    const row = await byKey(modelId, recipeKey);
    return row === null ? null : render(row);
  };
  return {
    create: async ({ modelId, recipe, artifact, parameters, macs, reinitialised }) => {
      const id = randomUUID();
      const kept = recipe === null ? null : canonical(recipe);
      const recipeKey = keyOf(kept ?? { artifact });
      const figures = { parameters, macs, reinitialised };
      const data = { id, modelId, recipe: kept ?? DbNull, recipeKey, artifactId: artifact, ...figures };
      const { count } = await db.candidate.createMany({ data: [data], skipDuplicates: true });
      const row = await byKey(modelId, recipeKey);
      if (row === null) throw unknown(id);
      return { created: count === 1, candidate: render(row) };
    },
    findByRecipe: async (modelId, recipe) => await find(modelId, keyOf(canonical(recipe))),
    findUploaded: async (modelId, artifact) => await find(modelId, keyOf({ artifact })),
    get: async (id) => {
      const row = await db.candidate.findUnique({ where: { id }, ...columns });
      if (row === null) throw unknown(id);
      return render(row);
    },
    list: async ({ modelId, ...page }) => {
      const { after, ...query } = pageQuery(page);
      const where = { AND: after, ...(modelId === undefined ? {} : { modelId }) };
      return pageOf(await db.candidate.findMany({ where, ...query, ...columns }), page, render);
    },
  };
}

const unknown = (id: string) => new StoreError('candidate-unknown', `There is no candidate ${id}`);

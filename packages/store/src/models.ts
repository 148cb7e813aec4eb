import { Block, FilterGroup, type Granularity, type Model, parserOf, TensorInfo } from '@espalier/contracts';
import { type Static, Type } from 'typebox';
import type { Queries } from './database.js';
import { StoreError } from './errors.js';
import type { ModelModel } from './generated/models/Model.js';
import { type Page, type PageRequest, pageOf, pageQuery } from './page.js';
import { readJson, toJson } from './stored.js';

/** Shapes found by running a model once: what was fed, and every tensor by its name. */
export const ModelTrace = Type.Object({
  inputs: Type.Record(Type.String(), Type.Array(Type.Integer())),
  shapes: Type.Record(Type.String(), Type.Object({ elementType: Type.String(), dims: Type.Array(Type.Integer()) })),
});
export type ModelTrace = Static<typeof ModelTrace>;

/** What is known of a model when it is added; its file is kept in the artifacts already. */
export type NewModel = Omit<Model, 'createdAt' | 'sizeBytes'> & { readonly trace: ModelTrace };

/** Models, and what was found out about them once. */
export interface Models {
  /** The same file again is the same model: then `created` is false and the first name stays. */
  create(model: NewModel): Promise<{ created: boolean; model: Model }>;
  /** @throws StoreError `model-unknown` */
  get(id: string): Promise<Model>;
  /** Null: there is none. */
  find(id: string): Promise<Model | null>;
  /** The names of those that are there, by id. */
  names(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** @throws StoreError `cursor-invalid` */
  list(page: PageRequest): Promise<Page<Model>>;
  /** @throws StoreError `model-unknown` */
  trace(id: string): Promise<ModelTrace>;
  /** Null: not found yet; whoever finds them saves them. */
  blocks(id: string, granularity: Granularity): Promise<readonly Block[] | null>;
  saveBlocks(id: string, granularity: Granularity, blocks: readonly Block[]): Promise<void>;
  /** Null: not found yet; whoever finds them saves them. */
  filterGroups(id: string): Promise<readonly FilterGroup[] | null>;
  saveFilterGroups(id: string, groups: readonly FilterGroup[]): Promise<void>;
}

const parseTensors = parserOf('tensors of a model', Type.Array(TensorInfo));
const parseTrace = parserOf('trace of a model', ModelTrace);
const parseBlocks = parserOf('blocks of a model', Type.Array(Block));
const parseFilterGroups = parserOf('filter groups of a model', Type.Array(FilterGroup));

type Row = Omit<ModelModel, 'trace' | 'filterGroups'> & { readonly artifact: { readonly sizeBytes: bigint } };
const columns = {
  omit: { trace: true, filterGroups: true },
  include: { artifact: { select: { sizeBytes: true } } },
} as const;

const render = (row: Row): Model => ({
  id: row.id,
  name: row.name,
  sizeBytes: Number(row.artifact.sizeBytes),
  opset: row.opset,
  parameters: Number(row.parameters),
  macs: row.macs,
  inputs: readJson(parseTensors, row.inputs),
  outputs: readJson(parseTensors, row.outputs),
  createdAt: row.createdAt.toISOString(),
});

/** Models in Postgres. */
export function modelsOf(db: Queries): Models {
  const find = async (id: string): Promise<Model | null> => {
    const row = await db.model.findUnique({ where: { id }, ...columns });
    return row === null ? null : render(row);
  };
  const get = async (id: string): Promise<Model> => {
    const model = await find(id);
    if (model === null) throw unknown(id);
    return model;
  };
  return {
    get,
    find,
    create: async ({ id, name, opset, parameters, macs, inputs, outputs, trace }) => {
      const { count } = await db.model.createMany({
        data: [{ id, name, opset, parameters, macs, inputs, outputs, trace }],
        skipDuplicates: true,
      });
      return { created: count === 1, model: await get(id) };
    },
    names: async (ids) => {
      const rows = await db.model.findMany({ where: { id: { in: [...ids] } }, select: { id: true, name: true } });
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
    list: async (page) => {
      const { after, ...query } = pageQuery(page);
      return pageOf(await db.model.findMany({ where: { AND: after }, ...query, ...columns }), page, render);
    },
    trace: async (id) => {
      const row = await db.model.findUnique({ where: { id }, select: { trace: true } });
      if (row === null) throw unknown(id);
      return readJson(parseTrace, row.trace);
    },
    blocks: async (modelId, granularity) => {
      const row = await db.analysis.findUnique({ where: { modelId_granularity: { modelId, granularity } } });
      return row === null ? null : readJson(parseBlocks, row.blocks);
    },
    saveBlocks: async (modelId, granularity, blocks) => {
      await db.analysis.createMany({ data: [{ modelId, granularity, blocks: toJson(blocks) }], skipDuplicates: true });
    },
    filterGroups: async (id) => {
      const row = await db.model.findUnique({ where: { id }, select: { filterGroups: true } });
      if (row === null) throw unknown(id);
      return row.filterGroups === null ? null : readJson(parseFilterGroups, row.filterGroups);
    },
    saveFilterGroups: async (id, groups) => {
      await db.model.update({ where: { id }, data: { filterGroups: toJson(groups) }, select: { id: true } });
    },
  };
}

const unknown = (id: string) =>
  new StoreError('model-unknown', `There is no model ${id}`, { hint: 'GET /v1/models lists them' });

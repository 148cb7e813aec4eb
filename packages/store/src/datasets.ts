import { Dataset, parserOf } from '@espalier/contracts';
import type { Queries } from './database.js';
import { StoreError } from './errors.js';
import { readJson, toJson } from './stored.js';

/** Calibration data; the bytes are artifacts. */
export interface Datasets {
  /** Its file is kept in the artifacts already; the same file again is the same data set. */
  add(dataset: Omit<Dataset, 'sizeBytes'>): Promise<Dataset>;
  /** Null: there is none. */
  find(sha256: string): Promise<Dataset | null>;
  /** @throws StoreError `dataset-unknown` */
  get(sha256: string): Promise<Dataset>;
}

const parseArrays = parserOf('arrays of a data set', Dataset.properties.arrays);

/** Data sets in Postgres. */
export function datasetsOf(db: Queries): Datasets {
  const find = async (id: string): Promise<Dataset | null> => {
    const row = await db.dataset.findUnique({
      where: { id },
      include: { artifact: { select: { sizeBytes: true } } },
    });
    if (row === null) return null;
    const { samples, classes, arrays, artifact } = row;
    return {
      sha256: id,
      sizeBytes: Number(artifact.sizeBytes),
      samples: Number(samples),
      classes: classes === null ? null : Number(classes),
      arrays: readJson(parseArrays, arrays),
    };
  };
  const get = async (id: string): Promise<Dataset> => {
    const dataset = await find(id);
    if (dataset !== null) return dataset;
    throw new StoreError('dataset-unknown', `There is no data set ${id}`, {
      hint: 'Upload the calibration data first (POST /v1/datasets)',
    });
  };
  return {
    find,
    get,
    add: async ({ sha256: id, samples, classes, arrays }) => {
      await db.dataset.createMany({ data: [{ id, samples, classes, arrays: toJson(arrays) }], skipDuplicates: true });
      return await get(id);
    },
  };
}

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeModel, encodeModel, OnnxError, type OnnxModel, seededRandom } from '@espalier/onnx';
import { mutateModel } from '@espalier/onnx/testing';
import {
  findBlocks,
  findFilterGroups,
  type Granularity,
  prune,
  type PrunedModel,
  PruningError,
  removeBlocks,
  scoreBlocks,
  scoreFilters,
  summarise,
  type TensorShapes,
} from '@espalier/pruning';
import { mutateShapes } from './mutate-shapes.js';
import type { Subject, Subjects } from './subjects.js';

/** Which case: all that happens in it follows from these. */
export interface CaseKey {
  readonly seed: number;
  readonly number: number;
}

/** How far a case came. */
export interface CaseResult {
  readonly subject: string;
  /** `refused`: the file was; `read`: nothing could be removed from it; `pruned`: a smaller model was written. */
  readonly reached: 'refused' | 'read' | 'pruned';
  /** Codes of everything that was refused on the way. */
  readonly codes: readonly string[];
}

/** Anything that ends in neither a result nor an error with a code. */
export class Finding extends Error {
  readonly stage: string;

  constructor(stage: string, { cause }: { cause: unknown }) {
    super(`${stage}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`, { cause });
    this.name = 'Finding';
    this.stage = stage;
  }
}

/** Content of a file outside the model's folder, which no model may read. */
const SECRET = Buffer.alloc(4096, 0xa5);

const SHARE_REMOVED = 0.4;
const SHARE_KEPT = 0.7;
const GRANULARITIES: readonly Granularity[] = ['block', 'layer'];

/** Lays out files for external data in the folder `root`, allowed and forbidden ones; returns where models look for them. */
export async function layOutData(root: string): Promise<string> {
  const folder = join(root, 'model');
  await mkdir(folder);
  await writeFile(join(folder, 'weights.bin'), Buffer.alloc(SECRET.length));
  await writeFile(join(root, 'secret'), SECRET);
  await symlink(join(root, 'secret'), join(folder, 'link'));
  return folder;
}

/**
 * Damages one of the models and puts it through everything that is done to an upload. `folder` is what
 * `layOutData` gave.
 * @throws Finding for any error without a code, a result that cannot be read again, or data from outside the folder
 */
export function runCase(subjects: Subjects, { seed, number }: CaseKey, folder: string): CaseResult {
  const random = seededRandom(`${seed}/${number}`);
  const subject = pickSubject(subjects, random);
  const file = mutateModel(subject.file, random);
  const shapes = random() < 0.6 ? subject.shapes : mutateShapes(subject.shapes, random);
  const steps = new Steps();
  const model = steps.try('decode', () => decodeModel(file, { baseDir: folder }));
  if (!model) return { subject: subject.name, reached: 'refused', codes: steps.codes };
  readWeights(model, steps);
  steps.try('summarise', () => summarise(model, shapes));
  const material = { model, shapes, random, steps };
  const written = [
    ...GRANULARITIES.map((granularity) => withoutBlocks(material, granularity)),
    withoutFilters(material),
  ];
  return { subject: subject.name, reached: written.includes(true) ? 'pruned' : 'read', codes: steps.codes };
}

interface Material {
  readonly model: OnnxModel;
  readonly shapes: TensorShapes;
  readonly random: () => number;
  readonly steps: Steps;
}

/** The same case damages the same model, wherever there are none of exporters. */
function pickSubject({ own, exported }: Subjects, random: () => number): Subject {
  const list = random() < 0.25 && exported.length > 0 ? exported : own;
  const subject = list[Math.floor(random() * list.length)];
  if (!subject) throw new Error('there is no model to damage');
  return subject;
}

/** Runs steps, and keeps the codes of those that were refused. */
class Steps {
  readonly codes: string[] = [];

  try<T>(stage: string, step: () => T): T | undefined {
    try {
      return step();
    } catch (cause) {
      if (!(cause instanceof OnnxError) && !(cause instanceof PruningError)) throw new Finding(stage, { cause });
      this.codes.push(cause.code);
      return undefined;
    }
  }
}

function readWeights({ graph }: OnnxModel, steps: Steps): void {
  for (const name of graph.initializerNames) {
    const bytes = steps.try('read weights', () => graph.initializer(name)?.rawBytes());
    if (bytes && bytes.length >= 8 && SECRET.subarray(0, bytes.length).equals(bytes)) {
      throw new Finding('read weights', { cause: new Error(`tensor ${name} holds data from outside the folder`) });
    }
  }
}

/** Finds, scores and removes blocks; tells whether a model without some was written. */
function withoutBlocks({ model, shapes, random, steps }: Material, granularity: Granularity): boolean {
  const blocks = steps.try(`find ${granularity}`, () => findBlocks(model, shapes, granularity)) ?? [];
  steps.try('score blocks', () => scoreBlocks(model, blocks, 'l1'));
  const remove = blocks.filter((block) => block.removable && random() < SHARE_REMOVED).map(({ index }) => index);
  if (remove.length === 0) return false;
  return wrote(
    steps,
    steps.try(`remove ${granularity}`, () => removeBlocks(model, shapes, { granularity, remove })),
  );
}

/** Finds, scores and removes filters, and a block with them; tells whether a model without some was written. */
function withoutFilters({ model, shapes, random, steps }: Material): boolean {
  const groups = steps.try('find filter groups', () => findFilterGroups(model, shapes)) ?? [];
  steps.try('score filters', () => scoreFilters(model, groups, 'l2'));
  const chosen = groups.filter(({ prunable }) => prunable && random() < SHARE_REMOVED);
  if (chosen.length === 0) return false;
  const filters = Object.fromEntries(
    chosen.map((group) => [group.name, [...Array(group.filters).keys()].filter(() => random() < SHARE_KEPT)]),
  );
  const remove = [Math.floor(random() * 4)].filter(() => random() < SHARE_REMOVED);
  return wrote(
    steps,
    steps.try('prune', () => prune(model, shapes, { granularity: 'block', remove, filters })),
  );
}

function wrote(steps: Steps, pruned: PrunedModel | undefined): boolean {
  const file = pruned && steps.try('encode', () => Buffer.concat(encodeModel(pruned.model)));
  if (file) readAgain(file);
  return file !== undefined;
}

/** What was written is a model; nothing that reads files may refuse it. */
function readAgain(file: Uint8Array): void {
  try {
    decodeModel(file);
  } catch (cause) {
    throw new Finding('read the result', { cause });
  }
}

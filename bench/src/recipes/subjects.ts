import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ElementType,
  inlineExternalData,
  type OnnxModel,
  readModelFile,
  seededRandom,
  type ValueInfo,
} from '@espalier/onnx';
import { buildZooModel, type ZooEntry, zooModels } from '@espalier/zoo';
import { Tensor } from 'onnxruntime-node';

/** A model, what it is fed, and how it is built without some of its blocks. */
export interface Subject {
  readonly name: string;
  readonly model: OnnxModel;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** The same network built without blocks, all other weights equal; undefined where it cannot be. */
  readonly builtWithout: (blocks: readonly number[]) => OnnxModel | undefined;
}

/** A model that is made or read when its turn comes: together they would not fit into memory. */
export interface LazySubject {
  readonly name: string;
  readonly load: () => Promise<Subject>;
}

/** Side of a picture for networks that take any. */
const IMAGE_PX = 64;

/** What files need whose inputs are open, and which say so nowhere. */
const INPUTS: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  'trained/ch_PP-OCRv4_det_infer.onnx': { x: [1, 3, 64, 64] },
  'trained/ch_ppocr_mobile_v2.0_cls_infer.onnx': { x: [1, 3, 48, 192] },
  'trained/silero_vad_half.onnx': { input: [1, 512], state: [2, 1, 128] },
  'trained/silero_vad_op18_ifless.onnx': { input: [1, 512], state: [2, 1, 128] },
  'trained/silero_vad.onnx': { input: [1, 256], state: [2, 1, 128] },
};

/** Every architecture of the zoo. */
export function zooSubjects(): LazySubject[] {
  return zooModels.map((entry) => ({ name: `zoo/${entry.name}`, load: () => Promise.resolve(zooSubject(entry)) }));
}

function zooSubject(entry: ZooEntry): Subject {
  const side = Math.max(entry.smallestImageSizePx ?? 0, IMAGE_PX);
  const size = entry.inputs ? {} : { imageSizePx: side };
  const [, channels = 3] = entry.inputShape;
  const inputs = entry.inputs ?? [{ name: 'input', elementType: 'float32' as const, shape: [1, channels, side, side] }];
  const feeds = inputs.map(
    (input) => [input.name, tensorOf(input.elementType, input.shape, 'below' in input ? input.below : 2)] as const,
  );
  return {
    name: `zoo/${entry.name}`,
    model: buildZooModel(entry.name, size),
    feeds: Object.fromEntries(feeds),
    builtWithout: (blocks) =>
      blocks.every((block) => entry.removableBlocks.includes(block))
        ? buildZooModel(entry.name, { ...size, omitBlocks: blocks })
        : undefined,
  };
}

/** Every model file of a folder with a `facts.json`; none where the folder is absent. */
export function fileSubjects(folder: string, { isLightLeftOut }: { isLightLeftOut: boolean }): LazySubject[] {
  if (!existsSync(folder)) return [];
  const facts: unknown = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8'));
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.onnx') && !(isLightLeftOut && file.startsWith('light/')))
    .sort()
    .map((file) => ({ name: file, load: () => fileSubject(folder, file, shapesIn(facts, file)) }));
}

async function fileSubject(
  folder: string,
  file: string,
  shapes: ReadonlyMap<string, readonly number[]>,
): Promise<Subject> {
  const model = await inlineExternalData(await readModelFile(join(folder, file)));
  const feeds = model.graph.inputs.map((info) => [
    info.name,
    tensorOf(info.elementType, INPUTS[file]?.[info.name] ?? shapes.get(info.name) ?? openDims(info)),
  ]);
  return { name: file, model, feeds: Object.fromEntries(feeds), builtWithout: () => undefined };
}

function openDims({ dims = [] }: ValueInfo): readonly number[] {
  return dims.map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? 1 : IMAGE_PX));
}

function shapesIn(facts: unknown, file: string): ReadonlyMap<string, readonly number[]> {
  const entry = isRecord(facts) ? facts[file] : undefined;
  const inputs = isRecord(entry) ? entry['inputs'] : undefined;
  return new Map(
    Object.entries(isRecord(inputs) ? inputs : {}).flatMap(([name, dims]): [string, readonly number[]][] =>
      Array.isArray(dims) ? [[name, dims.map(Number)]] : [],
    ),
  );
}

/** Seeded values; integers lie in [0, `below`). */
function tensorOf(elementType: ElementType, dims: readonly number[], below = 2): Tensor {
  const next = seededRandom(`${elementType} ${dims.join()}`);
  const length = dims.reduce((product, dim) => product * dim, 1);
  switch (elementType) {
    case 'float32':
      return new Tensor(
        'float32',
        Float32Array.from({ length }, () => next() * 2 - 1),
        dims,
      );
    case 'float16':
      return new Tensor('float16', new Uint16Array(length).fill(0x3800), dims); // 0.5
    case 'int64':
      return new Tensor(
        'int64',
        BigInt64Array.from({ length }, () => BigInt(Math.floor(next() * below))),
        dims,
      );
    default:
      throw new Error(`no random input of type ${elementType}`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readModelFile, type OnnxModel, writeModelFile } from '@espalier/onnx';
import { buildZooModel, zooModels } from '@espalier/zoo';
import { CliError } from './errors.js';

/** A model that a command was given: in memory and as a file. */
export interface ModelSource {
  readonly name: string;
  readonly path: string;
  readonly model: OnnxModel;
}

const zooNames = (): string => zooModels.map(({ name }) => name).join(', ');

/**
 * Opens what the user named, an ONNX file or a model of the zoo, and hands it to `use`. A zoo model is built into a
 * temporary file, which is gone afterwards.
 * @throws CliError `model-not-found` when it is neither
 */
export async function withModel<Result>(named: string, use: (source: ModelSource) => Promise<Result>): Promise<Result> {
  if (existsSync(named)) return use({ name: basename(named, '.onnx'), path: named, model: await readModelFile(named) });
  if (!zooModels.some(({ name }) => name === named)) {
    throw new CliError('model-not-found', `${named} is neither a file nor a model of the zoo`, {
      hint: `models of the zoo: ${zooNames()}`,
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'espalier-zoo-'));
  try {
    const model = buildZooModel(named);
    const path = join(folder, `${named}.onnx`);
    await writeModelFile(model, path);
    return await use({ name: named, path, model });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** SHA-256 of a file, in lower-case hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OnnxModel, writeModelFile } from '@espalier/onnx';

/** A folder of model files that goes away. */
export interface ModelFolder {
  readonly path: string;
  /** Writes a model, or any bytes, and returns the path of the file. */
  write(name: string, content: OnnxModel | string): Promise<string>;
  remove(): Promise<void>;
}

/** Makes an empty folder for the models of a test file. */
export async function modelFolder(): Promise<ModelFolder> {
  const path = await mkdtemp(join(tmpdir(), 'espalier-models-'));
  return {
    path,
    async write(name, content) {
      const file = join(path, name);
      if (typeof content === 'string') await writeFile(file, content);
      else await writeModelFile(content, file);
      return file;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

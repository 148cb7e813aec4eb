import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Models exported by real tools; a folder beside the checkout that not every checkout has. */
const FOLDER = fileURLToPath(new URL('../../../../../shared/models', import.meta.url));

/** Paths of the .onnx files, relative to `folder`; `undefined` with a printed reason where they are absent. */
export function sharedModels(): { folder: string; files: readonly string[] } | undefined {
  if (!existsSync(FOLDER)) {
    process.stderr.write(`skipped: the exported models are not at ${FOLDER}\n`);
    return undefined;
  }
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.onnx'));
  return { folder: FOLDER, files: files.toSorted() };
}

/** The recorded inputs of a shared model: `io/FILE.inputN.npy`. */
export function inputFilesOf(folder: string, file: string): readonly string[] {
  const io = join(folder, 'io');
  const name = file.replace(/^.*\//, '');
  return readdirSync(io)
    .filter((each) => each.startsWith(`${name}.input`))
    .toSorted()
    .map((each) => join(io, each));
}

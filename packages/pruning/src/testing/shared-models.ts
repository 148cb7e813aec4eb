import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inlineExternalData, type OnnxModel, readModelFile } from '@espalier/onnx';

/** Models exported by real tools; a folder beside the checkout that not every checkout has. */
const FOLDER = fileURLToPath(new URL('../../../../../shared/models', import.meta.url));

/** What is known about a model from the module tree of the network that it was exported from. */
export interface ModelFacts {
  readonly file: string;
  readonly blocks?: number;
  readonly removable?: number;
  readonly removableIndices?: readonly number[];
  readonly parameters?: number;
  readonly macsConvLinear?: number;
  readonly inputs?: Readonly<Record<string, readonly number[]>>;
}

/** The facts of every exported model; `undefined` with a printed reason where the folder is absent. */
export function sharedFacts(): readonly ModelFacts[] | undefined {
  const path = join(FOLDER, 'facts.json');
  if (!existsSync(path)) {
    process.stderr.write(`skipped: the exported models are not at ${FOLDER}\n`);
    return undefined;
  }
  const facts: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return Object.entries(isRecord(facts) ? facts : {}).flatMap(([file, value]) =>
    isRecord(value) ? [{ file, ...value }] : [],
  );
}

/** An exported model with all its data in memory. */
export async function readShared(file: string): Promise<OnnxModel> {
  return inlineExternalData(await readModelFile(join(FOLDER, file)));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** The version of the onnxruntime that probes run on, read from its package: loading it here is the probe's business. */
export async function onnxruntimeVersion(): Promise<string> {
  const path = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const manifest: unknown = JSON.parse(await readFile(path, 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : null;
  return typeof version === 'string' ? version : 'unknown';
}

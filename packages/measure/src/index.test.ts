import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const INDEX = fileURLToPath(new URL('index.js', import.meta.url));

/** Prints whether the libraries that a process has loaded include onnxruntime, after importing a module. */
const SCRIPT = `
  await import(process.argv[1]);
  const { sharedObjects } = process.report.getReport();
  console.log(sharedObjects.some((path) => path.includes('onnxruntime')));
`;

async function loadsOnnxruntime(module: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', SCRIPT, module]);
  return stdout.trim() === 'true';
}

test('importing the package does not load onnxruntime, which belongs into the probe', async () => {
  expect(await loadsOnnxruntime(INDEX)).toBe(false);
  expect(await loadsOnnxruntime(fileURLToPath(import.meta.resolve('onnxruntime-node')))).toBe(true);
});

import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CliError } from '../errors.js';

function notWritable(path: string, cause: unknown): CliError {
  return new CliError('output-not-writable', `${path} cannot be written`, {
    hint: `choose a file in a folder that exists and that you may write to, not in ${dirname(resolve(path))}`,
    cause,
  });
}

/**
 * Checks before the work is done that its result can be written.
 * @throws CliError `output-not-writable`
 */
export async function checkWritable(paths: readonly (string | undefined)[]): Promise<void> {
  for (const path of paths) {
    if (path === undefined) continue;
    try {
      await access(dirname(resolve(path)), constants.W_OK);
    } catch (cause) {
      throw notWritable(path, cause);
    }
  }
}

/**
 * Writes a text file that ends with a line break.
 * @throws CliError `output-not-writable`
 */
export async function writeText(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text.endsWith('\n') ? text : `${text}\n`);
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

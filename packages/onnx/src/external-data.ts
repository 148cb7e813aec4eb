import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { OnnxError } from './errors.js';

/** Where a tensor's bytes lie beside the model: a file name relative to its folder, and a range in that file. */
export interface ExternalRange {
  /** Name of the tensor, for messages. */
  readonly tensor: string;
  readonly location: string;
  readonly offset: number;
  /** Bytes; absent = to the end of the file. */
  readonly length: number | undefined;
}

/** Reads byte ranges of the files beside a model, and of no others. */
export interface ExternalFolder {
  /** Absolute path of the folder. */
  readonly path: string;
  /** @throws OnnxError `external-data-escapes`, `external-data-missing` */
  read(range: ExternalRange, sizeBytes: number): Uint8Array;
}

const ESCAPE_HINT = 'keep external data files in the folder of the model, or inline them before sharing the model';

/** Windows drive letters and backslashes count too: a model must mean the same file on every system. */
export function assertInsideFolder({ tensor, location }: ExternalRange): void {
  const parts = location.split(/[/\\]/);
  const escapes =
    location === '' ||
    location.includes('\0') ||
    isAbsolute(location) ||
    /^[a-zA-Z]:/.test(location) ||
    parts[0] === '' ||
    parts.includes('..');
  if (escapes) {
    throw new OnnxError(
      'external-data-escapes',
      `the data of tensor ${tensor} is said to lie in ${JSON.stringify(location)}, which is not a file inside the model's folder`,
      { hint: ESCAPE_HINT },
    );
  }
}

/** The folder `path` as a source of external data. Nothing is opened before a tensor is read. */
export function externalFolder(path: string): ExternalFolder {
  const folder = resolve(path);
  return {
    path: folder,
    read(range, sizeBytes) {
      assertInsideFolder(range);
      return readInside(folder, range, sizeBytes);
    },
  };
}

function readInside(folder: string, range: ExternalRange, sizeBytes: number): Uint8Array {
  const file = openInside(folder, range.location);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw missing(range, 'is not a regular file');
    const length = range.length ?? Math.max(0, stat.size - range.offset);
    if (range.offset + length > stat.size) {
      throw missing(range, `has ${stat.size} bytes, but the tensor wants ${length} from offset ${range.offset}`);
    }
    if (length !== sizeBytes) throw missing(range, `gives ${length} bytes for a tensor of ${sizeBytes}`);
    return readFully(file, range, sizeBytes);
  } finally {
    closeSync(file);
  }
}

function openInside(folder: string, location: string): number {
  let real: string;
  let root: string;
  try {
    root = realpathSync(folder);
    real = realpathSync(join(folder, location));
  } catch (cause) {
    throw new OnnxError('external-data-missing', `external data file ${location} cannot be found beside the model`, {
      cause,
      hint: 'put it in the folder of the model, under the name the model gives',
    });
  }
  const inside = relative(root, real);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new OnnxError(
      'external-data-escapes',
      `external data file ${location} is a link that leaves the model's folder`,
      {
        hint: ESCAPE_HINT,
      },
    );
  }
  try {
    // The path is resolved already: a link that appears in the meantime is not followed. A pipe must not block.
    return openSync(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw new OnnxError('external-data-missing', `external data file ${location} cannot be opened`, { cause });
  }
}

function readFully(file: number, range: ExternalRange, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let done = 0;
  while (done < sizeBytes) {
    const count = readSync(file, bytes, done, sizeBytes - done, range.offset + done);
    if (count === 0) throw missing(range, 'became shorter while it was read');
    done += count;
  }
  return bytes;
}

function missing(range: ExternalRange, why: string): OnnxError {
  return new OnnxError('external-data-missing', `external data file ${range.location} ${why}`);
}

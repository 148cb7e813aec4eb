import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { NPY_HEADER_BYTES, type NpyHeader, readNpyHeader, sizeDiffers } from '@espalier/measure';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { datasetInvalid } from './invalid.js';

const SUFFIX = '.npy';
const MAX_ARRAYS = 1000;

const STORED = 0;
const DEFLATED = 8;

/** Deflate packs by at most this factor (1032, its specification), so a member that claims more lies about its size. */
const MAX_PACKING = 1100;

/** An array of a file: what its header says, and where its bytes are. */
export interface Member {
  /** '' for the array of a single .npy. */
  readonly name: string;
  readonly header: NpyHeader;
  /** Where the .npy begins in the file; `undefined` when it is deflated. */
  readonly start: number | undefined;
  /** The .npy, unpacked. It fails when there are fewer or more bytes than the file declares. */
  readonly stream: () => Promise<Readable>;
}

/** The arrays of a file, and the archive that holds them. */
export interface Archive {
  readonly members: readonly Member[];
  readonly close: () => void;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

/** The first bytes of a stream, which is let go then. */
async function firstBytes(stream: Readable, length: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let found = 0;
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) break;
    chunks.push(chunk);
    found += chunk.length;
    if (found >= length) break;
  }
  return Buffer.concat(chunks);
}

/** The array of a single .npy. */
export async function npyFile(file: FileHandle, sizeBytes: number): Promise<Member> {
  const header = readNpyHeader(await readAt(file, 0, NPY_HEADER_BYTES), 'the file');
  if (header.end + header.dataBytes !== sizeBytes) throw sizeDiffers(header, sizeBytes - header.end, 'the file');
  return {
    name: '',
    header,
    start: 0,
    stream: () => Promise.resolve(file.createReadStream({ start: 0, autoClose: false })),
  };
}

function checkEntry({ fileName, compressionMethod, compressedSize, uncompressedSize }: Entry): void {
  if (!fileName.endsWith(SUFFIX)) throw datasetInvalid(`the file holds ${fileName}, which is no .npy`);
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
    throw datasetInvalid(`${fileName} is packed by a method that numpy does not use`);
  }
  if (uncompressedSize > MAX_PACKING * compressedSize + MAX_PACKING) {
    throw datasetInvalid(`${fileName} unpacks to ${uncompressedSize} bytes, which it cannot`);
  }
}

async function memberOf(zip: ZipFile, file: FileHandle, entry: Entry): Promise<Member> {
  const { fileName, compressionMethod, compressedSize, uncompressedSize } = entry;
  const what = `array ${fileName}`;
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  if (fileDataStart + compressedSize > zip.fileSize) throw datasetInvalid(`${what} ends behind the end of the file`);
  const isStored = compressionMethod === STORED;
  const stream = (): Promise<Readable> => zip.openReadStreamPromise(entry);
  const first = isStored
    ? await readAt(file, fileDataStart, Math.min(NPY_HEADER_BYTES, uncompressedSize))
    : await firstBytes(await stream(), NPY_HEADER_BYTES);
  const header = readNpyHeader(first, what);
  const dataBytes = uncompressedSize - header.end;
  if (header.dataBytes !== dataBytes) throw sizeDiffers(header, dataBytes, what);
  return { name: fileName.slice(0, -SUFFIX.length), header, start: isStored ? fileDataStart : undefined, stream };
}

/**
 * Looks at the arrays of an .npz. Headers are read, and sizes checked against the file; nothing else is.
 * @param maxUnpackedBytes what deflated members may declare to unpack to, all together
 * @throws ScoringError `dataset-invalid`, MeasureError `input-data-invalid`, and what yauzl says of a damaged archive
 */
export async function npzArchive(path: string, file: FileHandle, maxUnpackedBytes: number): Promise<Archive> {
  const zip = await openPromise(path, { autoClose: false });
  try {
    const members = new Map<string, Member>();
    let unpackedBytes = 0;
    for await (const entry of zip.eachEntry()) {
      checkEntry(entry);
      if (members.size === MAX_ARRAYS) throw datasetInvalid(`the file holds more than ${MAX_ARRAYS} arrays`);
      if (members.has(entry.fileName)) throw datasetInvalid(`the file holds ${entry.fileName} twice`);
      if (entry.compressionMethod === DEFLATED) unpackedBytes += entry.uncompressedSize;
      if (unpackedBytes > maxUnpackedBytes) {
        throw datasetInvalid(
          `${entry.fileName} unpacks beyond the limit of ${maxUnpackedBytes} bytes in all`,
          'save the arrays with numpy.savez: what is not packed need not be unpacked',
        );
      }
      members.set(entry.fileName, await memberOf(zip, file, entry));
    }
    return { members: [...members.values()], close: () => zip.close() };
  } catch (cause) {
    zip.close();
    throw cause;
  }
}

import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ScoringError } from '../errors.js';
import type { ArrayInfo, DatasetDescription, DatasetReader } from './array.js';
import { asDatasetInvalid, datasetInvalid } from './invalid.js';
import { classesOf, LABEL_TYPES, LABELS } from './labels.js';
import { type Archive, type Member, npyFile, npzArchive } from './members.js';
import { type StoredArray, storedArray } from './stored-array.js';

/** Where to unpack, and how much. */
export interface DatasetOptions {
  /** Folder for what has to be unpacked; the system's temporary folder by default. */
  readonly workDir?: string | undefined;
  /** What deflated arrays may unpack to, in bytes; 64 GiB by default. */
  readonly maxUnpackedBytes?: number | undefined;
}

const MAX_UNPACKED_BYTES = 64 * 2 ** 30;

/** Labels that are looked through at once. */
const LABELS_AT_ONCE = 65_536;

const NPY_MAGIC = Buffer.from('\x93NUMPY', 'latin1');

async function isNpyFile(file: FileHandle): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(NPY_MAGIC.length), 0, NPY_MAGIC.length, 0);
  return NPY_MAGIC.equals(buffer);
}

/** The number of samples, when the arrays agree on one and labels are labels. */
function samplesOf(members: readonly Member[]): number {
  const [first] = members;
  if (first === undefined) throw datasetInvalid('the file holds no array', 'save the arrays with numpy.savez');
  const samples = first.header.shape[0] ?? 0;
  for (const { name, header } of members) {
    const what = name === '' ? 'the array' : `array ${name}`;
    const { shape, elementType, dataBytes } = header;
    if (shape.length === 0) throw datasetInvalid(`${what} is one number: samples are its first axis`);
    if (dataBytes === 0) throw datasetInvalid(`${what} (${shape.join('×')}) holds nothing`);
    if (shape[0] !== samples) {
      throw datasetInvalid(
        `${what} holds ${shape[0]} samples, but ${first.name} holds ${samples}`,
        'the first axis of every array is that of the samples',
      );
    }
    if (name === LABELS && (shape.length !== 1 || !LABEL_TYPES.has(elementType))) {
      throw datasetInvalid(
        `labels are ${elementType} of shape ${shape.join('×')}`,
        `labels are one class per sample, of type ${[...LABEL_TYPES].join(', ')}`,
      );
    }
  }
  return samples;
}

function infoOf({ name, header: { elementType, shape } }: Member): ArrayInfo {
  return { name, elementType, shape };
}

/** A file that has been looked at, with nothing unpacked so far. */
interface OpenFile extends DatasetReader {
  readonly members: readonly Member[];
}

function readerOf(file: FileHandle, { members, close }: Archive, options: DatasetOptions): OpenFile {
  const samples = samplesOf(members);
  const opened = new Map<string, Promise<StoredArray>>();
  let folder: Promise<string> | undefined;
  let isClosed = false;
  const workDir = (): Promise<string> => {
    folder ??= mkdtemp(join(options.workDir ?? tmpdir(), 'espalier-dataset-'));
    return folder;
  };
  const arrayNamed = (name: string): Promise<StoredArray> => {
    const member = members.find((each) => each.name === name);
    if (member === undefined) throw new RangeError(`there is no array ${name}`);
    const known = opened.get(name) ?? storedArray(member, file, workDir);
    opened.set(name, known);
    return known;
  };
  const rows: DatasetReader['rows'] = async (name, indices) => {
    try {
      return await (await arrayNamed(name)).rows(indices);
    } catch (cause) {
      throw cause instanceof RangeError ? cause : asDatasetInvalid(cause);
    }
  };
  const hasLabels = members.some(({ name }) => name === LABELS);
  return {
    samples,
    members,
    arrays: members.filter(({ name }) => name !== LABELS).map(infoOf),
    hasLabels,
    rows,
    labels: async (indices) => {
      if (hasLabels) return classesOf(await rows(LABELS, indices));
      throw new ScoringError('labels-missing', 'the calibration data hold no labels', {
        hint: `add an array ${LABELS} with the class of each sample`,
      });
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      for (const array of opened.values()) await array.then((each) => each.close()).catch(() => undefined);
      close();
      await file.close();
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}

async function openFile(path: string, options: DatasetOptions): Promise<OpenFile> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw asDatasetInvalid(cause);
  });
  let archive: Archive | undefined;
  try {
    archive = (await isNpyFile(file))
      ? { members: [await npyFile(file, (await file.stat()).size)], close: () => undefined }
      : await npzArchive(path, file, options.maxUnpackedBytes ?? MAX_UNPACKED_BYTES);
    return readerOf(file, archive, options);
  } catch (cause) {
    archive?.close();
    await file.close();
    throw asDatasetInvalid(cause);
  }
}

/**
 * Opens calibration data: an .npz, stored or deflated, or a single .npy, whose array has the name ''. Headers are read and
 * checked; a deflated array is unpacked into a file when its samples are first asked for.
 * @throws ScoringError `dataset-invalid`
 */
export async function openDataset(path: string, options: DatasetOptions = {}): Promise<DatasetReader> {
  return openFile(path, options);
}

/** Reads a stream to its end and keeps nothing: it fails when the stream is not as long as it should be. */
async function drain(member: Member): Promise<void> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  await pipeline(await member.stream(), nowhere);
}

async function classCount(reader: DatasetReader): Promise<number | null> {
  if (!reader.hasLabels) return null;
  let largest = -1;
  for (let first = 0; first < reader.samples; first += LABELS_AT_ONCE) {
    const count = Math.min(LABELS_AT_ONCE, reader.samples - first);
    const labels = await reader.labels(Array.from({ length: count }, (_, index) => first + index));
    largest = labels.reduce((most, label) => Math.max(most, label), largest);
  }
  return largest + 1;
}

/**
 * What is in a file with calibration data. Every byte that it declares is looked for, and none but the labels is kept.
 * @throws ScoringError `dataset-invalid`
 */
export async function describeDataset(path: string, options: DatasetOptions = {}): Promise<DatasetDescription> {
  const reader = await openFile(path, options);
  try {
    for (const member of reader.members) if (member.start === undefined) await drain(member);
    const classes = await classCount(reader);
    return { samples: reader.samples, classes, arrays: reader.members.map(infoOf) };
  } catch (cause) {
    throw asDatasetInvalid(cause);
  } finally {
    await reader.close();
  }
}

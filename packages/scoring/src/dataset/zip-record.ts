/** A member of a .zip that is stored, not packed. */
export interface StoredMember {
  readonly name: string;
  readonly sizeBytes: number;
  readonly crc32: number;
  /** Where its local header begins. */
  readonly offset: number;
}

/** Sizes, offsets and counts from which on the old fields of the format do not hold them (APPNOTE 4.4.1.4). */
const LARGE = 0xffffffff;
const MANY = 0xffff;

const VERSION = 20;
const VERSION_64 = 45;

/** Names are UTF-8 (general purpose bit 11). */
const FLAGS = 0x0800;

/** 1980-01-01, the earliest date of the format: the same arrays are the same file. */
const DATE = 0x0021;

/** Where in a local header the checksum lies, which is known only when the data are written. */
export const CRC_OFFSET = 14;

/** The extra field of ZIP64: an id, a length, and 64-bit numbers. */
function extra64(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  for (const [index, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + 8 * index);
  return field;
}

/** The fields that local and central headers share, from the version to the length of the extra field. */
function sharedFields({ name, sizeBytes, crc32 }: StoredMember, extra: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  const size = Math.min(sizeBytes, LARGE);
  fields.writeUInt16LE(extra.length > 0 ? VERSION_64 : VERSION, 0);
  fields.writeUInt16LE(FLAGS, 2);
  fields.writeUInt16LE(DATE, 8);
  fields.writeUInt32LE(crc32, 10);
  fields.writeUInt32LE(size, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(Buffer.byteLength(name), 22);
  fields.writeUInt16LE(extra.length, 24);
  return fields;
}

/** What stands in front of the data of a member (APPNOTE 4.3.7). */
export function localHeader(member: StoredMember): Buffer {
  const { name, sizeBytes } = member;
  const extra = extra64(sizeBytes >= LARGE ? [sizeBytes, sizeBytes] : []);
  const signature = Buffer.from([0x50, 0x4b, 3, 4]);
  return Buffer.concat([signature, sharedFields(member, extra), Buffer.from(name), extra]);
}

function centralHeader(member: StoredMember): Buffer {
  const { name, sizeBytes, offset } = member;
  const extra = extra64([...(sizeBytes >= LARGE ? [sizeBytes, sizeBytes] : []), ...(offset >= LARGE ? [offset] : [])]);
  const head = Buffer.from([0x50, 0x4b, 1, 2, 0, 0]);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(Math.min(offset, LARGE), 10);
  return Buffer.concat([head, sharedFields(member, extra), tail, Buffer.from(name), extra]);
}

/** The record of ZIP64 at the end of the directory, and the one that says where it is (APPNOTE 4.3.14, 4.3.15). */
function end64(count: number, sizeBytes: number, offset: number): Buffer {
  const record = Buffer.alloc(76);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(VERSION_64, 12);
  record.writeUInt16LE(VERSION_64, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(sizeBytes), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(offset + sizeBytes), 64);
  record.writeUInt32LE(1, 72);
  return record;
}

/** The directory of all members, behind their data (APPNOTE 4.3.12, 4.3.16). */
export function directory(members: readonly StoredMember[], offset: number): Buffer {
  const headers = Buffer.concat(members.map(centralHeader));
  const is64 = offset >= LARGE || headers.length >= LARGE || members.length >= MANY;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(members.length, MANY), 8);
  end.writeUInt16LE(Math.min(members.length, MANY), 10);
  end.writeUInt32LE(Math.min(headers.length, LARGE), 12);
  end.writeUInt32LE(Math.min(offset, LARGE), 16);
  return Buffer.concat([headers, ...(is64 ? [end64(members.length, headers.length, offset)] : []), end]);
}

import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { OnnxError } from './errors.js';
import { ModelProtoSchema } from './proto/onnx_pb.js';

/** Wire types of protobuf; 3 and 4, groups, occur in no version of ONNX. */
const VARINT = 0;
const BITS_64 = 1;
const LENGTH_DELIMITED = 2;
const BITS_32 = 5;

/** As deep as the decoding library goes: about 33 sub-graphs inside each other. */
const DEEPEST_NESTING = 100;

/**
 * Estimated memory that the messages of a file may take once decoded, weights in `raw_data` not counted. Two bytes of a
 * hostile file become a whole object, so the size of the file says nothing. Room for about 100,000 nodes.
 */
const LARGEST_STRUCTURE_BYTES = 2 ** 30;

/** Rough sizes in V8: an object with its arrays and our index of it; a string beside its text; numbers in an array. */
const MESSAGE_BYTES = 512;
const STRING_BYTES = 32;
const BIGINT_BYTES = 32;
const NUMBER_BYTES = 8;

/**
 * Walks the wire format of a file (protobuf.dev, "Encoding") along the schema of ONNX without building anything, before
 * the library decodes it: every length lies inside its surroundings, every known field has its wire type, and what
 * comes out will fit into memory. Weights are skipped, not read.
 * @throws OnnxError `not-onnx`, `truncated`, `damaged`, `model-too-large`
 */
export function checkWire(bytes: Uint8Array): void {
  const walk = new WireWalk(bytes);
  walk.message(ModelProtoSchema, 0, bytes.length, 0);
  if (!walk.isRecognised) throw foreign();
}

class WireWalk {
  /** A field of ModelProto was seen: from there on an error means a damaged model, not some other file. */
  isRecognised = false;
  readonly #bytes: Uint8Array;
  #structureBytes = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  message(desc: DescMessage, start: number, end: number, depth: number): void {
    if (depth >= DEEPEST_NESTING) throw new OnnxError('unsupported', 'the model nests its sub-graphs too deeply');
    this.#take(MESSAGE_BYTES);
    const fields = fieldsOf(desc);
    for (let position = start; position < end; ) {
      const tag = this.#varint(position, end);
      const wireType = tag.value % 8;
      const field = fields.get(Math.floor(tag.value / 8));
      if (tag.value < 8) throw this.#damaged(position);
      if (!field && !this.isRecognised) throw foreign(); // every exporter begins with a field of ModelProto
      if (field && !fits(field, wireType)) throw this.#damaged(position);
      const content = this.#content(tag.end, wireType, end);
      this.isRecognised = true;
      this.#value(field, wireType, content, depth);
      position = content.end;
    }
  }

  /** Where the content of a field lies, its length left out. */
  #content(start: number, wireType: number, end: number): { start: number; end: number } {
    const content = this.#extent(start, wireType, end);
    if (content.end <= end) return content;
    if (this.isRecognised && content.end > this.#bytes.length) throw truncated();
    throw this.#damaged(start);
  }

  #extent(start: number, wireType: number, end: number): { start: number; end: number } {
    if (wireType === BITS_64) return { start, end: start + 8 };
    if (wireType === BITS_32) return { start, end: start + 4 };
    const number = this.#varint(start, end);
    if (wireType === VARINT) return { start, end: number.end };
    if (wireType === LENGTH_DELIMITED) return { start: number.end, end: number.end + number.value };
    throw this.#damaged(start);
  }

  #value(field: DescField | undefined, wireType: number, content: { start: number; end: number }, depth: number): void {
    if (field?.message) return this.message(field.message, content.start, content.end, depth + 1);
    const length = content.end - content.start;
    if (!field) return this.#take(STRING_BYTES * 4);
    if (field.scalar === ScalarType.BYTES) return this.#take(STRING_BYTES * 4);
    if (field.scalar === ScalarType.STRING) return this.#take(STRING_BYTES + length);
    const isPacked = wireType === LENGTH_DELIMITED;
    const count = isPacked ? this.#countPacked(wireTypeOf(field), content) : 1;
    const isBig = field.scalar === ScalarType.INT64 || field.scalar === ScalarType.UINT64;
    return this.#take(count * (isBig ? BIGINT_BYTES : NUMBER_BYTES));
  }

  #take(sizeBytes: number): void {
    this.#structureBytes += sizeBytes;
    if (this.#structureBytes <= LARGEST_STRUCTURE_BYTES) return;
    throw new OnnxError(
      'model-too-large',
      'the model has too many nodes, or too many numbers outside raw_data, to be held in memory',
      {
        hint: 'store weights as raw_data, as all current exporters do',
      },
    );
  }

  /** How many numbers a packed list holds. The last one must end where the list does. */
  #countPacked(wireType: number, { start, end }: { start: number; end: number }): number {
    if (wireType !== VARINT) {
      const count = (end - start) / (wireType === BITS_32 ? 4 : 8);
      if (!Number.isInteger(count)) throw this.#damaged(start);
      return count;
    }
    // Every number ends with the one byte that has its highest bit clear.
    let count = 0;
    for (let position = start; position < end; position++) if ((this.#bytes[position] ?? 0) < 0x80) count++;
    if (end > start && (this.#bytes[end - 1] ?? 0) >= 0x80) throw this.#damaged(end - 1);
    return count;
  }

  /** A base-128 number of at most ten bytes. */
  #varint(start: number, end: number): { value: number; end: number } {
    let value = 0;
    for (let index = 0; index < 10; index++) {
      const position = start + index;
      if (position >= this.#bytes.length && this.isRecognised) throw truncated();
      if (position >= end) break;
      const byte = this.#bytes[position] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return { value, end: position + 1 };
    }
    throw this.#damaged(start);
  }

  #damaged(position: number): OnnxError {
    if (!this.isRecognised) return foreign();
    return new OnnxError('damaged', `the ONNX file is damaged at byte ${position}`, {
      hint: 'export or send the file again',
    });
  }
}

function foreign(): OnnxError {
  return new OnnxError('not-onnx', 'these bytes are not an ONNX model', {
    hint: 'send the .onnx file itself, not an archive, a checkpoint or a page that a download returned',
  });
}

function truncated(): OnnxError {
  return new OnnxError('truncated', 'the ONNX file ends in the middle of a field', {
    hint: 'send the file again, it is not complete',
  });
}

const FIELDS = new WeakMap<DescMessage, ReadonlyMap<number, DescField>>();

function fieldsOf(desc: DescMessage): ReadonlyMap<number, DescField> {
  const known = FIELDS.get(desc);
  if (known) return known;
  const fields = new Map(desc.fields.map((field) => [field.number, field]));
  FIELDS.set(desc, fields);
  return fields;
}

/** Repeated numbers may come packed or one by one, whatever the schema says. */
function fits(field: DescField, wireType: number): boolean {
  const own = wireTypeOf(field);
  const isNumber = own !== LENGTH_DELIMITED;
  return wireType === own || (field.fieldKind === 'list' && isNumber && wireType === LENGTH_DELIMITED);
}

function wireTypeOf(field: DescField): number {
  switch (field.scalar) {
    case ScalarType.FLOAT:
      return BITS_32;
    case ScalarType.DOUBLE:
      return BITS_64;
    case ScalarType.INT32:
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return VARINT;
    default:
      return LENGTH_DELIMITED;
  }
}

import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { MeasureError } from '../measure-error.js';
import { bytesOfData, dataOfBytes } from '../tensor-data.js';
import { type InputArrays, ONLY_INPUT, readInputData, writeInputData } from './input-data.js';
import { writeNpy } from './npy.js';

const elementTypes = [
  { elementType: 'float16', size: 2 },
  { elementType: 'float32', size: 4 },
  { elementType: 'float64', size: 8 },
  { elementType: 'bool', size: 1 },
  { elementType: 'int8', size: 1 },
  { elementType: 'uint8', size: 1 },
  { elementType: 'int16', size: 2 },
  { elementType: 'uint16', size: 2 },
  { elementType: 'int32', size: 4 },
  { elementType: 'uint32', size: 4 },
  { elementType: 'int64', size: 8 },
  { elementType: 'uint64', size: 8 },
];

const anArray = fc
  .record({ element: fc.constantFrom(...elementTypes), shape: fc.array(fc.nat(4), { maxLength: 4 }) })
  .chain(({ element: { elementType, size }, shape }) => {
    const length = shape.reduce((product, dim) => product * dim, size);
    return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({
      elementType,
      shape,
      data: dataOfBytes(elementType, bytes),
    }));
  });

const comparable = (arrays: InputArrays) =>
  Object.fromEntries(
    [...arrays].map(([name, { elementType, shape, data }]) => [
      `=${name}`,
      { elementType, shape, bytes: [...bytesOfData(data)] },
    ]),
  );

const ones = { elementType: 'float32', shape: [2, 2], data: Float32Array.of(1, 1, 1, 1) };

function npyOf(header: string, data: Uint8Array = new Uint8Array(16)): Uint8Array {
  const prefix = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  prefix.writeUInt16LE(header.length, 8);
  return Buffer.concat([prefix, Buffer.from(header, 'latin1'), data]);
}

const headerWith = (fields: Partial<Record<'descr' | 'order' | 'shape', string>>): string =>
  `{'descr': ${fields.descr ?? "'<f4'"}, 'fortran_order': ${fields.order ?? 'False'}, 'shape': ${fields.shape ?? '(2, 2)'}, }\n`;

function refusal(bytes: Uint8Array, maxBytes?: number): MeasureError {
  try {
    readInputData(bytes, maxBytes);
  } catch (cause) {
    if (cause instanceof MeasureError) return cause;
    throw cause;
  }
  throw new Error('it was read');
}

function outcomeOf(bytes: Uint8Array): string {
  try {
    readInputData(bytes);
    return 'read';
  } catch (cause) {
    return cause instanceof MeasureError ? cause.code : String(cause);
  }
}

test('what is written is read again, whatever the arrays are', () => {
  const names = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
  const files = fc.array(fc.tuple(names, anArray), { minLength: 1, maxLength: 4 }).map((pairs) => new Map(pairs));
  fc.assert(
    fc.property(files, (arrays) => {
      expect(comparable(readInputData(writeInputData(arrays)))).toEqual(comparable(arrays));
    }),
    { numRuns: 100 },
  );
});

test('deflated arrays are read too, and a lone .npy is an array without a name', () => {
  const npy = writeNpy(ones);
  expect(readInputData(zipSync({ 'x.npy': npy }, { level: 9 }))).toEqual(new Map([['x', ones]]));
  expect(readInputData(npy)).toEqual(new Map([[ONLY_INPUT, ones]]));
});

test.each([
  { what: 'no bytes at all', bytes: new Uint8Array(0), says: /no .npz or .npy/ },
  { what: 'a text', bytes: Buffer.from('shape: 1, 2, 3'), says: /no .npz or .npy/ },
  { what: 'an .npz without arrays', bytes: zipSync({}), says: /holds no array/ },
  {
    what: 'a zip of something else',
    bytes: zipSync({ 'a.txt': Buffer.from('hi') }),
    says: /a\.txt, which is no \.npy/,
  },
  {
    what: 'an entry that is no .npy',
    bytes: zipSync({ 'a.npy': Buffer.from('hi') }),
    says: /array a\.npy is no \.npy/,
  },
  { what: 'pickled objects', bytes: npyOf(headerWith({ descr: "'|O'" })), says: /pickled/ },
  { what: 'records', bytes: npyOf(headerWith({ descr: "[('a', '<f4')]" })), says: /records/ },
  { what: 'big-endian numbers', bytes: npyOf(headerWith({ descr: "'>f4'" })), says: />f4/ },
  { what: 'texts', bytes: npyOf(headerWith({ descr: "'<U4'" })), says: /<U4/ },
  { what: 'Fortran order', bytes: npyOf(headerWith({ order: 'True' })), says: /Fortran order/ },
  {
    what: 'fewer elements than declared',
    bytes: npyOf(headerWith({ shape: '(2, 3)' })),
    says: /24 bytes, but 16 follow/,
  },
  { what: 'more elements than declared', bytes: npyOf(headerWith({ shape: '(1,)' })), says: /4 bytes, but 16 follow/ },
  { what: 'an absurd size', bytes: npyOf(headerWith({ shape: '(9007199254740993, 2)' })), says: /absurd shape/ },
  { what: 'a shape that is an expression', bytes: npyOf(headerWith({ shape: '(2*2,)' })), says: /without a shape/ },
  {
    what: 'a header without an order',
    bytes: npyOf("{'descr': '<f4', 'shape': (2, 2), }"),
    says: /without a fortran_order/,
  },
  { what: 'a header that ends early', bytes: writeNpy(ones).subarray(0, 40), says: /ends within the header/ },
  { what: 'an unknown format', bytes: Buffer.from('\x93NUMPY\x09\x00', 'latin1'), says: /format 9/ },
])('$what is refused', ({ bytes, says }) => {
  const error = refusal(bytes);
  expect(error.code).toBe('input-data-invalid');
  expect(error.message).toMatch(says);
});

test('a zip bomb is refused before it is unpacked', () => {
  const bomb = zipSync({ 'x.npy': new Uint8Array(50_000_000) }, { level: 9 });
  expect(bomb.length).toBeLessThan(100_000);
  expect(refusal(bomb, 1_000_000)).toMatchObject({ code: 'input-data-invalid' });
  expect(refusal(bomb, 1_000_000).message).toMatch(/50000000 bytes, beyond the limit/);
});

test('a size that deflate cannot reach is a lie', () => {
  const file = Buffer.from(zipSync({ 'x.npy': writeNpy(ones) }, { level: 9 }));
  const directory = file.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  file.writeUInt32LE(900_000_000, directory + 24);
  expect(refusal(file).message).toMatch(/unpacks to 900000000 bytes, which it cannot/);
});

test('truncated and damaged files are refused or read, never anything else', () => {
  const file = writeInputData(new Map([['x', ones]]));
  const packed = zipSync({ 'x.npy': writeNpy(ones) }, { level: 9 });
  const damage = fc.record({
    whole: fc.constantFrom(file, packed),
    at: fc.nat(400),
    value: fc.nat(255),
    cut: fc.boolean(),
  });
  fc.assert(
    fc.property(damage, ({ whole, at, value, cut }) => {
      const broken = cut ? whole.slice(0, at) : whole.slice();
      if (!cut) broken[at % broken.length] = value;
      expect(['read', 'input-data-invalid']).toContain(outcomeOf(broken));
    }),
    { numRuns: 500 },
  );
});

/** A Python that has numpy; `undefined` when there is none. */
function pythonWithNumpy(): string | undefined {
  return ['python3', '/usr/bin/python3'].find((python) => {
    try {
      execFileSync(python, ['-c', 'import numpy'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

const SAVE = `
import numpy, sys
arrays = {'f2': numpy.arange(6, dtype='f2').reshape(2, 3), 'f4': numpy.array(1.5, 'f4'), 'b': numpy.array([True, False]),
          'i8': numpy.array([-2**62, 7]), 'u1': numpy.zeros((0, 3), 'u1')}
(numpy.savez_compressed if sys.argv[2] == 'packed' else numpy.savez)(sys.argv[1], **arrays)
`;

const LOAD = `
import numpy, sys
x = numpy.load(sys.argv[1])['x']
assert x.dtype == numpy.float32 and x.shape == (2, 2) and (x == 1).all(), x
`;

const python = pythonWithNumpy();
if (python === undefined) process.stderr.write('skipped: no python3 with numpy here\n');

(python === undefined ? describe.skip : describe)('numpy', () => {
  test('reads our files, and its own are read', async () => {
    const path = join(tmpdir(), `espalier-numpy-${process.pid}.npz`);
    try {
      for (const packing of ['stored', 'packed']) {
        execFileSync(python ?? '', ['-c', SAVE, path, packing]);
        expect(readInputData(await readFile(path))).toEqual(
          new Map<string, unknown>([
            [
              'f2',
              {
                elementType: 'float16',
                shape: [2, 3],
                data: Uint16Array.of(0, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500),
              },
            ],
            ['f4', { elementType: 'float32', shape: [], data: Float32Array.of(1.5) }],
            ['b', { elementType: 'bool', shape: [2], data: Uint8Array.of(1, 0) }],
            ['i8', { elementType: 'int64', shape: [2], data: BigInt64Array.of(-(2n ** 62n), 7n) }],
            ['u1', { elementType: 'uint8', shape: [0, 3], data: new Uint8Array() }],
          ]),
        );
      }
      await writeFile(path, writeInputData(new Map([['x', ones]])));
      execFileSync(python ?? '', ['-c', LOAD, path]);
    } finally {
      await rm(path, { force: true });
    }
  });
});

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { constantData, tensorProto } from './constant-data.js';
import { bfloat16ToNumber, FLOAT8_FORMATS, float8ToNumber, float16ToNumber, numberToFloat16 } from './float-formats.js';
import { DataType } from './proto/codes.js';
import { TensorProtoSchema } from './proto/onnx_pb.js';
import { type TensorView, tensorView } from './tensor-view.js';

function view(init: MessageInitShape<typeof TensorProtoSchema>): TensorView {
  return tensorView(create(TensorProtoSchema, { name: 't', ...init }), undefined);
}

const float32 = fc.float({ noNaN: true });

/** For each element type: values it can hold, and the field that keeps them when they are not raw. */
const ROUND_TRIPS: readonly (readonly [
  string,
  fc.Arbitrary<number[]>,
  (values: number[]) => { raw: TensorView; typed: TensorView },
])[] = [
  ['float32', fc.array(float32), both(DataType.FLOAT, 'floatData', (v) => Float32Array.from(v))],
  ['float64', fc.array(fc.double({ noNaN: true })), both(DataType.DOUBLE, 'doubleData', (v) => Float64Array.from(v))],
  ['int8', ints(-128, 127), both(DataType.INT8, 'int32Data', (v) => Int8Array.from(v))],
  ['uint8', ints(0, 255), both(DataType.UINT8, 'int32Data', (v) => Uint8Array.from(v))],
  ['int16', ints(-32768, 32767), both(DataType.INT16, 'int32Data', (v) => Int16Array.from(v))],
  ['uint16', ints(0, 65535), both(DataType.UINT16, 'int32Data', (v) => Uint16Array.from(v))],
  ['int32', ints(-(2 ** 31), 2 ** 31 - 1), both(DataType.INT32, 'int32Data', (v) => Int32Array.from(v))],
  ['bool', ints(0, 1), both(DataType.BOOL, 'int32Data', (v) => Uint8Array.from(v))],
  ['uint32', ints(0, 2 ** 32 - 1), both(DataType.UINT32, 'uint64Data', (v) => Uint32Array.from(v))],
  ['int64', ints(-(2 ** 53), 2 ** 53), both(DataType.INT64, 'int64Data', (v) => BigInt64Array.from(v, BigInt))],
  ['uint64', ints(0, 2 ** 53), both(DataType.UINT64, 'uint64Data', (v) => BigUint64Array.from(v, BigInt))],
];

function ints(min: number, max: number): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min, max }));
}

type TypedField = 'floatData' | 'doubleData' | 'int32Data' | 'int64Data' | 'uint64Data';

function both(dataType: number, field: TypedField, pack: (values: number[]) => ArrayBufferView) {
  return (values: number[]) => {
    const dims = [BigInt(values.length)];
    const packed = pack(values);
    const rawData = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
    const stored =
      field === 'int64Data' || field === 'uint64Data' ? { [field]: values.map(BigInt) } : { [field]: values };
    return { raw: view({ dims, dataType, rawData }), typed: view({ dims, dataType, ...stored }) };
  };
}

test.each(ROUND_TRIPS)(
  '%s values are read the same from raw bytes and from a list of numbers',
  (elementType, values, make) => {
    fc.assert(
      fc.property(values, (numbers) => {
        const { raw, typed } = make(numbers);
        expect(raw.elementType).toBe(elementType);
        expect([...raw.toFloat64()]).toEqual(numbers);
        expect([...typed.toFloat64()]).toEqual(numbers);
        expect([...typed.rawBytes()]).toEqual([...raw.rawBytes()]);
      }),
    );
  },
);

test('integers are read exactly over the whole range of 64 bits', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (values) => {
      const tensor = view({ dims: [BigInt(values.length)], dataType: DataType.INT64, int64Data: values });
      expect([...tensor.toBigInt64()]).toEqual(values);
    }),
  );
});

test('floats are no integers', () => {
  expect(() => view({ dims: [1n], dataType: DataType.FLOAT, floatData: [1] }).ints()).toThrow(
    expect.objectContaining({ code: 'unsupported' }),
  );
});

test('a scalar has no dims and one element', () => {
  const scalar = view({ dataType: DataType.INT64, int64Data: [5n] });
  expect([scalar.dims, scalar.elementCount, scalar.ints()]).toEqual([[], 1, [5]]);
});

test('every 16-bit pattern that is a number survives the way to a number and back', () => {
  const patterns = Array.from({ length: 2 ** 16 }, (_, bits) => bits).filter(
    (bits) => !Number.isNaN(float16ToNumber(bits)),
  );
  expect(patterns).toHaveLength(2 ** 16 - 2 * 1023); // two signs, 1,023 fractions of NaN
  expect(patterns.filter((bits) => numberToFloat16(float16ToNumber(bits)) !== bits)).toEqual([]);
});

test('rounding to half precision takes the nearest value, and the even one of two', () => {
  fc.assert(
    fc.property(fc.double({ min: -65519, max: 65519, noNaN: true }), (value) => {
      const bits = numberToFloat16(value);
      const errorOf = (pattern: number): number => Math.abs(float16ToNumber(pattern) - value);
      const neighbours = [(bits - 1) & 0xffff, (bits + 1) & 0xffff].filter((each) => Number.isFinite(errorOf(each)));
      expect(neighbours.filter((each) => errorOf(each) < errorOf(bits))).toEqual([]);
      const ties = neighbours.filter((each) => errorOf(each) === errorOf(bits));
      expect(ties.length === 0 || bits % 2 === 0).toBe(true);
    }),
  );
  expect(float16ToNumber(numberToFloat16(1 + 2 ** -11))).toBe(1);
  expect(float16ToNumber(numberToFloat16(1 + 3 * 2 ** -11))).toBe(1 + 2 ** -9);
  expect(
    [65519, 65520, -1e9, 2 ** -25, 2 ** -25 * 1.01].map((value) => float16ToNumber(numberToFloat16(value))),
  ).toEqual([65504, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 2 ** -24]);
  expect(float16ToNumber(numberToFloat16(Number.NaN))).toBeNaN();
});

test('float16 and bfloat16 weights are read from raw bytes and from int32_data', () => {
  const half = { dims: [3n], dataType: DataType.FLOAT16 };
  const bits = Uint16Array.of(0x3c00, 0xc000, 0x3555); // 1, -2, about 1/3
  const expected = [1, -2, 0.333251953125];
  expect([...view({ ...half, rawData: new Uint8Array(bits.buffer) }).toFloat64()]).toEqual(expected);
  expect([...view({ ...half, int32Data: [...bits] }).toFloat64()]).toEqual(expected);
  expect(bfloat16ToNumber(0x3f80)).toBe(1);
  const brain = Uint16Array.of(0xc049);
  expect([
    ...view({ dims: [1n], dataType: DataType.BFLOAT16, rawData: new Uint8Array(brain.buffer) }).toFloat64(),
  ]).toEqual([-3.140625]);
});

test('8-bit floats have the largest and smallest values that their definition gives', () => {
  // Table of onnx.ai, "Float stored in 8 bits": largest, smallest normal, smallest subnormal number of each format.
  const TABLE = [
    ['float8e4m3fn', 0x7e, 448, 2 ** -6, 2 ** -9],
    ['float8e4m3fnuz', 0x7f, 240, 2 ** -7, 2 ** -10],
    ['float8e5m2', 0x7b, 57344, 2 ** -14, 2 ** -16],
    ['float8e5m2fnuz', 0x7f, 57344, 2 ** -15, 2 ** -17],
  ] as const;
  for (const [name, largestByte, largest, normal, subnormal] of TABLE) {
    const format = FLOAT8_FORMATS[name];
    expect(float8ToNumber(largestByte, format)).toBe(largest);
    expect(float8ToNumber(1 << format.fractionBits, format)).toBe(normal);
    expect(float8ToNumber(1, format)).toBe(subnormal);
    expect(float8ToNumber(1 | 0x80, format)).toBe(-subnormal);
  }
  expect(float8ToNumber(0x7f, FLOAT8_FORMATS.float8e4m3fn)).toBeNaN();
  expect(float8ToNumber(0x80, FLOAT8_FORMATS.float8e4m3fnuz)).toBeNaN();
  expect(float8ToNumber(0xfc, FLOAT8_FORMATS.float8e5m2)).toBe(Number.NEGATIVE_INFINITY);
  expect(float8ToNumber(0x7d, FLOAT8_FORMATS.float8e5m2)).toBeNaN();
});

test('elements of 4 bits are unpacked, the lower half of a byte first', () => {
  const rawData = Uint8Array.of(0x21, 0xf8, 0x07);
  expect(view({ dims: [5n], dataType: DataType.UINT4, rawData }).ints()).toEqual([1, 2, 8, 15, 7]);
  expect(view({ dims: [5n], dataType: DataType.INT4, rawData }).ints()).toEqual([1, 2, -8, -1, 7]);
  expect(view({ dims: [5n], dataType: DataType.INT4, int32Data: [...rawData] }).ints()).toEqual([1, 2, -8, -1, 7]);
});

test('values put into a model come out again, with the type of their array', () => {
  const arrays = [
    Float32Array.of(1.5),
    Float64Array.of(1.5),
    Int8Array.of(-1),
    Uint8Array.of(1),
    Int16Array.of(-1),
    Uint16Array.of(1),
    Int32Array.of(-1),
    Uint32Array.of(1),
    BigInt64Array.of(-1n),
    BigUint64Array.of(1n),
  ];
  for (const values of arrays) {
    const tensor = tensorView(tensorProto('t', constantData([1], values)), undefined);
    expect(tensor.elementType).toBe(values.constructor.name.replace(/^Big|Array$/g, '').toLowerCase());
    expect(tensor.toFloat64()[0]).toBe(Number(values[0]));
  }
  const half = tensorView(tensorProto('t', constantData([2], Float32Array.of(0.1, -3), { as: 'float16' })), undefined);
  expect([half.elementType, ...half.toFloat64()]).toEqual(['float16', 0.0999755859375, -3]);
});

test('values whose number is not the product of the dims are refused', () => {
  expect(() => constantData([2, 3], Float32Array.of(1))).toThrow(expect.objectContaining({ code: 'tensor-invalid' }));
});

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeModel } from './decode.js';
import { editGraph } from './edit.js';
import { encodeModel } from './encode.js';
import { OnnxError } from './errors.js';
import type { OnnxModel } from './model.js';
import { constantsModel, fileOf, nestedIfModel, residualModel } from './testing/models.js';

const FILES = [residualModel, nestedIfModel, constantsModel].map((build) => fileOf(build().proto));

/** Reads a file and everything in it. Anything thrown that is not an OnnxError fails the test. */
function readAll(file: Uint8Array): OnnxModel | OnnxError {
  try {
    const model = decodeModel(file);
    for (const name of model.graph.initializerNames) read(() => model.graph.initializer(name)?.toFloat64());
    for (const node of model.graph.nodes) {
      for (const { name } of node.proto.attribute) read(() => node.attribute(name));
      for (const output of node.outputs) read(() => model.graph.constantTensor(output)?.rawBytes());
    }
    return model;
  } catch (error) {
    if (error instanceof OnnxError) return error;
    throw error;
  }
}

function read(value: () => unknown): void {
  try {
    value();
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error;
  }
}

const fileIndex = fc.integer({ min: 0, max: FILES.length - 1 });

test('files with changed bytes are read or refused with a code, never worse', () => {
  const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(fileIndex, changes, (index, bytes) => {
      const file = Uint8Array.from(FILES[index] ?? []);
      for (const [where, value] of bytes) file[Math.floor(where * file.length)] = value;
      expect(() => readAll(file)).not.toThrow();
    }),
    { numRuns: 1500 },
  );
});

test('files with bytes removed, doubled or moved are read or refused with a code, never worse', () => {
  const position = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fileIndex, position, position, position, (index, a, b, c) => {
      const file = FILES[index] ?? new Uint8Array();
      const [start = 0, end = 0] = [a, b].map((part) => Math.floor(part * file.length)).toSorted((x, y) => x - y);
      const target = Math.floor(c * file.length);
      const cut = file.subarray(start, end);
      const variants = [
        Buffer.concat([file.subarray(0, start), file.subarray(end)]),
        Buffer.concat([file.subarray(0, end), cut, file.subarray(end)]),
        Buffer.concat([file.subarray(0, target), cut, file.subarray(target)]),
      ];
      for (const variant of variants) expect(() => readAll(variant)).not.toThrow();
    }),
    { numRuns: 500 },
  );
});

test('whatever bytes come, they are refused as no model', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (file) => {
      expect(readAll(file)).toBeInstanceOf(OnnxError);
    }),
    { numRuns: 1000 },
  );
});

/** A shuffled, renamed, rewired version of a model's nodes: structure that is wrong in ways bytes seldom are. */
test('models whose nodes are shuffled and rewired are put in order, or refused with a code', () => {
  fc.assert(
    fc.property(fileIndex, fc.infiniteStream(fc.nat(1000)), (index, picks) => {
      const { proto } = decodeModel(FILES[index] ?? new Uint8Array());
      const nodes = proto.graph?.node ?? [];
      const pick = (limit: number): number => (picks.next().value ?? 0) % limit;
      const names = nodes.flatMap(({ input, output }) => [...input, ...output]);
      for (let change = pick(3); change >= 0; change--) {
        const node = nodes[pick(nodes.length)];
        const slots = pick(2) === 0 ? node?.input : node?.output;
        if (slots && slots.length > 0) slots[pick(slots.length)] = names[pick(names.length)] ?? '';
      }
      nodes.sort(() => pick(3) - 1);
      const result = readAll(fileOf(proto));
      if (result instanceof OnnxError) return;
      const seen = new Set<string>(
        [...(proto.graph?.input ?? []), ...(proto.graph?.initializer ?? [])].map(({ name }) => name),
      );
      for (const node of result.graph.nodes) {
        const reads = [...node.inputs, ...node.captured].filter((name) => name !== '');
        expect(reads.filter((name) => !seen.has(name))).toEqual([]);
        for (const output of node.outputs) seen.add(output);
      }
    }),
    { numRuns: 500 },
  );
});

test('any tensor redirected to any other gives a model that can be written and read, or a refusal with a code', () => {
  fc.assert(
    fc.property(fileIndex, fc.nat(1000), fc.nat(1000), (index, a, b) => {
      const model = decodeModel(FILES[index] ?? new Uint8Array());
      const names = model.graph.nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
      const [from = '', to = ''] = [names[a % names.length], names[b % names.length]];
      try {
        const edited = editGraph(model, { redirect: new Map([[from, to]]) });
        expect(edited.graph.outputs).toEqual(model.graph.outputs);
        expect(edited.graph.inputs).toEqual(model.graph.inputs);
        expect(readAll(Buffer.concat(encodeModel(edited)))).not.toBeInstanceOf(OnnxError);
      } catch (error) {
        if (!(error instanceof OnnxError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});

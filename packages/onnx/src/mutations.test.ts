import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeModel } from './decode.js';
import { editGraph } from './edit.js';
import { encodeModel } from './encode.js';
import { OnnxError } from './errors.js';
import type { OnnxModel } from './model.js';
import { seededRandom } from './random.js';
import { constantsModel, fileOf, nestedIfModel, residualModel } from './testing/models.js';
import { mutateBytes } from './testing/mutate/bytes.js';
import { mutateModel } from './testing/mutate/mutate.js';

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

test('files with changed, missing, doubled or moved bytes are read or refused with a code, never worse', () => {
  fc.assert(
    fc.property(fileIndex, fc.nat(), (index, seed) => {
      expect(() => readAll(mutateBytes(FILES[index] ?? new Uint8Array(), seededRandom(seed)))).not.toThrow();
    }),
    { numRuns: 2500 },
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

test('models with damaged structure are put in order, or refused with a code', () => {
  let accepted = 0;
  fc.assert(
    fc.property(fileIndex, fc.nat(), (index, seed) => {
      const result = readAll(mutateModel(FILES[index] ?? new Uint8Array(), seededRandom(seed)));
      if (result instanceof OnnxError) return;
      accepted += 1;
      const { graph } = result;
      const inputs = result.proto.graph?.input.map(({ name }) => name) ?? [];
      const sparse = result.proto.graph?.sparseInitializer.map(({ values }) => values?.name ?? '') ?? [];
      const seen = new Set([...inputs, ...graph.initializerNames, ...sparse]);
      const readTooEarly = graph.nodes.flatMap((node) => {
        const reads = [...node.inputs, ...node.captured].filter((name) => name !== '' && !seen.has(name));
        for (const output of node.outputs) seen.add(output);
        return reads;
      });
      expect(readTooEarly).toEqual([]);
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(200);
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

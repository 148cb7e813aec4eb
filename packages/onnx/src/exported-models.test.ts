import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { equals } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import { Tensor } from 'onnxruntime-node';
import { decodeModel } from './decode.js';
import { editGraph } from './edit.js';
import { encodeModel } from './encode.js';
import { numberToFloat16 } from './float-formats.js';
import { inlineExternalData } from './inline.js';
import type { OnnxModel } from './model.js';
import { ModelProtoSchema } from './proto/onnx_pb.js';
import { npyTensor } from './testing/npy.js';
import { runModel } from './testing/run-model.js';
import { inputFilesOf, sharedModels } from './testing/shared-models.js';
import type { ValueInfo } from './value-info.js';

const shared = sharedModels();
const folder = shared?.folder ?? '';
const allFiles = shared?.files ?? ['(absent)'];
const runnableFiles = shared?.files.filter((file) => inputFilesOf(folder, file).length > 0) ?? ['(absent)'];

function read(file: string): OnnxModel {
  const path = join(folder, file);
  return decodeModel(readFileSync(path), { baseDir: dirname(path) });
}

function recordedFeeds(model: OnnxModel, file: string): Record<string, Tensor> {
  const inputs = inputFilesOf(folder, file);
  expect(inputs).toHaveLength(model.graph.inputs.length);
  return Object.fromEntries(
    model.graph.inputs.map((info, index) => [
      info.name,
      asDeclared(npyTensor(readFileSync(inputs[index] ?? '')), info),
    ]),
  );
}

/** Inputs of the float16 model are recorded as float32. */
function asDeclared(tensor: Tensor, { elementType }: ValueInfo): Tensor {
  if (elementType !== 'float16' || !(tensor.data instanceof Float32Array)) return tensor;
  return new Tensor('float16', Uint16Array.from(tensor.data, numberToFloat16), tensor.dims);
}

(shared ? describe : describe.skip)('models exported by real tools', () => {
  test.each(allFiles)('%s decodes, after encoding, to an equal message of the same size', (file) => {
    const model = read(file);
    const written = Buffer.concat(encodeModel(model));
    expect(equals(ModelProtoSchema, decodeModel(written).proto, model.proto)).toBe(true);
    expect(written).toHaveLength(readFileSync(join(folder, file)).length);
  });

  test.each(allFiles)('every initializer of %s can be read and has as many values as its dims say', (file) => {
    const { graph } = read(file);
    for (const name of graph.initializerNames) {
      const tensor = graph.initializer(name);
      expect(tensor?.toFloat64().length).toBe(tensor?.elementCount);
    }
  });

  test.each(runnableFiles)(
    '%s computes bit for bit the same when it was read, inlined, cleaned and written',
    async (file) => {
      const original = read(file);
      const feeds = recordedFeeds(original, file);
      const rewritten = editGraph(await inlineExternalData(original), {});
      expect(await runModel(rewritten, feeds)).toEqual(await runModel(join(folder, file), feeds));
    },
  );
});

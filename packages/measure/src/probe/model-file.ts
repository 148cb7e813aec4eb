import { inlineExternalData, OnnxError, type OnnxModel, readModelFile } from '@espalier/onnx';
import { MeasureError } from '../measure-error.js';

/**
 * Reads a model whole, external data included, so that it can be written elsewhere.
 * @throws MeasureError `model-invalid`
 */
export async function readWholeModel(path: string): Promise<OnnxModel> {
  try {
    return await inlineExternalData(await readModelFile(path));
  } catch (cause) {
    if (cause instanceof OnnxError) throw new MeasureError('model-invalid', cause.message, { hint: cause.hint, cause });
    throw cause;
  }
}

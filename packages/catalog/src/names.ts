import { OnnxError, type OnnxModel } from '@espalier/onnx';

const NUL = '\0';

/**
 * Names are kept as text, which has no NUL in Postgres; onnxruntime ends a name there, so that two would be the same.
 * @throws OnnxError `damaged`
 */
export function checkNames({ graph }: OnnxModel): void {
  const named = [...graph.inputs, ...graph.outputs, ...graph.nodes].map(({ name }) => name);
  const tensors = graph.nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
  const bad = [...named, ...tensors].find((name) => name.includes(NUL));
  if (bad === undefined) return;
  throw new OnnxError('damaged', `The name ${JSON.stringify(bad)} holds a NUL character`, {
    hint: 'Rename it: no runtime tells such names apart',
  });
}

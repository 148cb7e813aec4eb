import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { type GraphProto, type ModelProto, ModelProtoSchema } from '../../proto/onnx_pb.js';
import { mutateBytes } from './bytes.js';
import { Dice } from './dice.js';
import { messagesIn, mutateField } from './fields.js';
import { mutateGraph } from './structure.js';

const MOST_CHANGES = 4;

/**
 * A hostile version of a valid model file; all follows from the stream of random numbers. Mostly a few changes to its
 * structure that are written as a well-formed file again (operators, edges, dims, attributes, names, where data lies, or
 * any field of the format), sometimes damage to its bytes, sometimes both.
 */
export function mutateModel(file: Uint8Array, random: () => number): Uint8Array {
  const dice = new Dice(random);
  if (dice.chance(0.1)) return mutateBytes(file, random);
  const proto = fromBinary(ModelProtoSchema, file);
  for (let change = dice.below(MOST_CHANGES); change >= 0; change--) mutateStructure(proto, dice);
  const mutated = toBinary(ModelProtoSchema, proto);
  return dice.chance(0.05) ? mutateBytes(mutated, random) : mutated;
}

function mutateStructure(proto: ModelProto, dice: Dice): void {
  const graph = dice.pick(graphsOf(proto));
  if (graph && dice.chance(0.75)) mutateGraph(graph, dice);
  else mutateField(messagesIn(reflect(ModelProtoSchema, proto)), dice);
}

/** The main graph and, less often, one of those inside it. */
function graphsOf({ graph }: ModelProto): readonly GraphProto[] {
  if (!graph) return [];
  const inner = graph.node.flatMap(({ attribute }) =>
    attribute.flatMap(({ g, graphs }) => (g ? [g, ...graphs] : graphs)),
  );
  return [graph, ...inner];
}

import { toBinary } from '@bufbuild/protobuf';
import { constantData } from '../constant-data.js';
import { GraphBuilder } from '../graph-builder.js';
import type { OnnxModel } from '../model.js';
import { type ModelProto, ModelProtoSchema } from '../proto/onnx_pb.js';

/** The bytes of a model that was built by hand, checked by nobody. */
export function fileOf(proto: ModelProto): Uint8Array {
  return toBinary(ModelProtoSchema, proto);
}

/** input → conv → Relu → (conv → Relu → Add) → output: one residual block behind a stem, 8 channels. */
export function residualModel(): OnnxModel {
  const g = new GraphBuilder('residual', { seed: 1 });
  const x = g.input('x', 'float32', [1, 3, 8, 8]);
  const stem = g.relu('stem.relu', g.conv('stem', x, { out: 8 }));
  const branch = g.relu('b.relu', g.conv('b.conv', stem, { out: 8, bias: true }));
  return g.output(g.add('b.add', branch, stem), { as: 'y' }).build();
}

/**
 * y = If(flag) ? Conv(x) : Relu(x) + w. Both branches read `x` of the main graph, the second one through a further If,
 * and `w` is read in the innermost graph only.
 */
export function nestedIfModel(): OnnxModel {
  const thenBranch = new GraphBuilder('then', { seed: 2 });
  thenBranch.output(thenBranch.conv('then.conv', 'x', { in: 3, out: 3 }), { dims: [1, 3, 4, 4] });
  const elseBranch = new GraphBuilder('else');
  elseBranch.node('Relu', ['x'], {}, { name: 'relu' });
  const choice = elseBranch.node(
    'If',
    ['flag'],
    { then_branch: addW('deep.then').toGraph(), else_branch: addW('deep.else').toGraph() },
    { name: 'deep' },
  );
  elseBranch.output(choice, { dims: [1, 3, 4, 4] });

  const g = new GraphBuilder('nested', { seed: 3 });
  const image = g.input('image', 'float32', [1, 3, 4, 4]);
  g.input('flag', 'bool', []);
  g.uniform('w', [1, 3, 1, 1], [1, 2]);
  g.node('Identity', [image], {}, { name: 'copy', outputs: ['x'], channels: 3 });
  const y = g.node(
    'If',
    ['flag'],
    { then_branch: thenBranch.toGraph(), else_branch: elseBranch.toGraph() },
    { name: 'choice' },
  );
  return g.output(y, { as: 'y', dims: [1, 3, 4, 4] }).build();
}

function addW(name: string): GraphBuilder {
  const g = new GraphBuilder(name);
  return g.output(g.node('Add', ['relu_out', 'w'], {}, { name: `${name}.add`, channels: 3 }), { dims: [1, 3, 4, 4] });
}

/** Weights in every form in which a file may hold constants; y = x + (sum of all of them). */
export function constantsModel(): OnnxModel {
  const g = new GraphBuilder('constants', { opset: 17, seed: 4 });
  let y = g.input('x', 'float32', [2, 2]);
  const terms = [
    g.uniform('initializer', [2, 2], [0, 1]),
    g.constant('literal', constantData([2, 2], Float32Array.of(1, 2, 3, 4))),
    g.node('Constant', [], { value_float: { float: 0.5 } }, { name: 'scalar' }),
    g.node('Constant', [], { value_floats: { floats: [0.25, 0.75] } }, { name: 'list' }),
    g.node('Identity', ['initializer'], {}, { name: 'alias' }),
    g.node('Cast', ['literal_out'], { to: 1 }, { name: 'noop' }),
    g.node('ConstantOfShape', [g.ints('shape', [2, 2])], {}, { name: 'zeros' }),
    g.node(
      'DequantizeLinear',
      [g.initializer('q', constantData([2, 2], Int8Array.of(1, -2, 3, -4))), g.uniform('scale', [], [0.1, 0.2])],
      {},
      { name: 'dequantised' },
    ),
  ];
  terms.forEach((term, index) => {
    y = g.add(`add${index}`, y, term);
  });
  return g.output(y, { as: 'y', dims: [2, 2] }).build();
}

import { clone, create } from '@bufbuild/protobuf';
import { AttributeType, DataLocation, DataType } from '../../proto/codes.js';
import {
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
} from '../../proto/onnx_pb.js';
import type { Dice } from './dice.js';

/** A change to a graph that no exporter would make. */
type Mutation = (graph: GraphProto, dice: Dice) => void;

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const SIZES = [0n, 1n, 2n, 3n, 5n, 64n, 1000n, -1n, 2n ** 31n, 2n ** 33n, 2n ** 62n, -(2n ** 63n)];
const OPERATORS = words(`
  Conv ConvTranspose Gemm MatMul BatchNormalization LayerNormalization InstanceNormalization Relu
  PRelu Clip Softmax Add Mul Sum Concat Split Slice Gather Pad Resize Reshape Transpose Flatten
  Squeeze Unsqueeze Expand Shape Constant ConstantOfShape Identity Dropout Cast If Loop Scan LSTM
  Einsum QuantizeLinear DequantizeLinear GlobalAveragePool ReduceMean DepthToSpace Where Range TopK
  NonZero NoSuchOperator
`);
const ATTRIBUTES = words(`
  group axis axes perm kernel_shape strides pads dilations to value split transA transB alpha epsilon
  mode keepdims num_outputs equation body then_branch
`);
const LOCATIONS = [
  'weights.bin',
  '../secret',
  'sub/../../secret',
  '/etc/passwd',
  'link',
  '.',
  '',
  'weights.bin\0',
  'C:\\x',
];
const OFFSETS = ['0', '8', '1000000', '-1', '9007199254740993', '0x10', '1e3', 'many', ''];

const MUTATIONS: readonly Mutation[] = [
  rewireInput,
  rewireInput,
  renameOutput,
  swapNodes,
  doubleNode,
  dropNode,
  changeOperator,
  changeAttribute,
  changeAttribute,
  addAttribute,
  changeDims,
  changeDims,
  changeType,
  changeIntegers,
  moveOutside,
  doubleInitializer,
  renameNode,
  changeEnds,
];

/** Applies one change, picked at random, to a graph in place. */
export function mutateGraph(graph: GraphProto, dice: Dice): void {
  dice.pick(MUTATIONS)?.(graph, dice);
}

function tensorNames({ node, input, initializer }: GraphProto): readonly string[] {
  return [
    ...node.flatMap((each) => [...each.input, ...each.output]),
    ...[...input, ...initializer].map(({ name }) => name),
    '',
  ];
}

function rewireInput(graph: GraphProto, dice: Dice): void {
  const node = dice.pick(graph.node);
  const name = dice.pick(tensorNames(graph)) ?? '';
  if (node && dice.chance(0.9)) node.input[dice.below(node.input.length)] = name;
  else node?.input.push(name);
}

function renameOutput(graph: GraphProto, dice: Dice): void {
  const node = dice.pick(graph.node);
  if (node) node.output[dice.below(node.output.length)] = dice.pick(tensorNames(graph)) ?? '';
}

function swapNodes({ node }: GraphProto, dice: Dice): void {
  const [a, b] = [dice.below(node.length), dice.below(node.length)];
  const [first, second] = [node[a], node[b]];
  if (!first || !second) return;
  node[a] = second;
  node[b] = first;
}

/** The copy makes tensors of its own, so the graph may well stay valid. */
function doubleNode(graph: GraphProto, dice: Dice): void {
  const node = dice.pick(graph.node);
  if (!node) return;
  const copy = clone(NodeProtoSchema, node);
  copy.output = copy.output.map((name) => (name === '' ? '' : `${name}_twin`));
  graph.node.splice(dice.below(graph.node.length + 1), 0, copy);
  const reader = dice.pick(graph.node);
  if (reader && reader !== copy) reader.input[dice.below(reader.input.length)] = copy.output[0] ?? '';
}

/** What read its result reads what it read. */
function dropNode(graph: GraphProto, dice: Dice): void {
  const position = dice.below(graph.node.length);
  const [node] = graph.node.splice(position, 1);
  const [from, to] = [node?.output[0], node?.input[0]];
  if (from === undefined || to === undefined || dice.chance(0.2)) return;
  for (const each of graph.node) each.input = each.input.map((name) => (name === from ? to : name));
}

function changeOperator({ node }: GraphProto, dice: Dice): void {
  const chosen = dice.pick(node);
  if (chosen) chosen.opType = dice.pick(OPERATORS) ?? '';
  if (chosen && dice.chance(0.1)) chosen.domain = dice.pick(['com.microsoft', 'ai.onnx.ml', 'nobody']) ?? '';
}

function changeAttribute({ node }: GraphProto, dice: Dice): void {
  const attribute = dice.pick(node.flatMap((each) => each.attribute));
  if (attribute) scramble(attribute, dice);
}

function addAttribute({ node }: GraphProto, dice: Dice): void {
  const [giver, taker] = [dice.pick(node.filter(({ attribute }) => attribute.length > 0)), dice.pick(node)];
  const attribute = giver && dice.pick(clone(NodeProtoSchema, giver).attribute);
  if (!attribute) return;
  attribute.name = dice.pick(ATTRIBUTES) ?? '';
  if (dice.chance(0.5)) scramble(attribute, dice);
  taker?.attribute.push(attribute);
}

/** Another type than the value has, or a value that makes no sense, or both kinds of value at once. */
function scramble(attribute: AttributeProto, dice: Dice): void {
  switch (dice.below(6)) {
    case 0:
      attribute.type = dice.pick(Object.values(AttributeType)) ?? 0;
      break;
    case 1:
      attribute.i = dice.pick(SIZES) ?? 0n;
      break;
    case 2:
      attribute.ints = attribute.ints.map((value) => (dice.chance(0.5) ? (dice.pick(SIZES) ?? 0n) : value));
      break;
    case 3:
      attribute.ints = Array.from({ length: dice.below(9) }, () => dice.pick(SIZES) ?? 0n);
      break;
    case 4:
      attribute.s = new TextEncoder().encode(dice.pick(['', 'constant', 'bij,bjk->bik', '...ij->', 'SAME_UPPER']));
      break;
    default:
      attribute.f = dice.pick([0, -1, Number.NaN, 1e38]) ?? 0;
  }
}

/** All tensors with data: initializers, and the values of Constant nodes. */
function tensorsIn({ initializer, node }: GraphProto): readonly TensorProto[] {
  return [...initializer, ...node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []))];
}

function changeDims(graph: GraphProto, dice: Dice): void {
  const tensor = dice.pick(tensorsIn(graph));
  if (!tensor) return;
  const { dims } = tensor;
  switch (dice.below(5)) {
    case 0:
      dims[dice.below(dims.length)] = dice.pick(SIZES) ?? 0n;
      break;
    case 1:
      dims.reverse();
      break;
    case 2:
      dims.push(1n);
      break;
    case 3: // the same number of elements, another rank
      tensor.dims = [dims.reduce((product, dim) => product * dim, 1n)];
      break;
    default: // all of it is empty, so dims and data agree
      tensor.dims = [0n, ...dims.slice(1)];
      tensor.rawData = new Uint8Array();
  }
}

function changeType(graph: GraphProto, dice: Dice): void {
  const tensor = dice.pick(tensorsIn(graph));
  if (!tensor) return;
  const alike = dice.pick<number>([DataType.INT32, DataType.UINT32, DataType.FLOAT]);
  tensor.dataType = (dice.chance(0.5) ? alike : dice.pick(Object.values(DataType))) ?? 0;
}

/** Shapes, axes and bounds are tensors of integers; other tensors get other bytes. */
function changeIntegers(graph: GraphProto, dice: Dice): void {
  const tensors = tensorsIn(graph);
  const integers = tensors.filter(({ dataType, rawData }) => dataType === DataType.INT64 && rawData.length >= 8);
  const tensor = dice.pick(integers.length > 0 ? integers : tensors);
  if (!tensor || tensor.rawData.length < 8) return;
  const raw = Uint8Array.from(tensor.rawData);
  const position = dice.below(Math.floor(raw.length / 8)) * 8;
  new DataView(raw.buffer).setBigInt64(position, dice.pick(SIZES) ?? 0n, true);
  tensor.rawData = raw;
}

const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });

/** Moves a tensor's data into a file, mostly one that must not or cannot be read. */
function moveOutside(graph: GraphProto, dice: Dice): void {
  const tensor = dice.pick(tensorsIn(graph));
  if (!tensor) return;
  tensor.dataLocation = DataLocation.EXTERNAL;
  if (dice.chance(0.9)) tensor.rawData = new Uint8Array();
  tensor.externalData = [entry('location', dice.pick(LOCATIONS) ?? '')];
  if (dice.chance(0.5)) tensor.externalData.push(entry('offset', dice.pick(OFFSETS) ?? ''));
  if (dice.chance(0.5)) tensor.externalData.push(entry('length', dice.pick(OFFSETS) ?? ''));
}

function doubleInitializer(graph: GraphProto, dice: Dice): void {
  const [first, second] = [dice.pick(graph.initializer), dice.pick(graph.initializer)];
  if (!first || !second) return;
  first.dims = [...second.dims];
  first.rawData = second.rawData;
  if (dice.chance(0.3)) first.name = second.name;
}

function renameNode({ node }: GraphProto, dice: Dice): void {
  const chosen: NodeProto | undefined = dice.pick(node);
  if (chosen) chosen.name = dice.pick(['', '__proto__', dice.pick(node)?.name ?? '', 'a.b..c', '/', '.']) ?? '';
}

/** Other inputs and outputs of the graph: doubled, dropped, weights among them, or tensors from inside. */
function changeEnds({ node, input, output, initializer }: GraphProto, dice: Dice): void {
  const ends = dice.chance(0.3) ? input : output;
  const end = dice.pick(ends);
  if (!end) return;
  const name = dice.pick([dice.pick(node)?.output[0], dice.pick(initializer)?.name, dice.pick(input)?.name]) ?? '';
  if (dice.chance(0.6)) ends.push({ ...end, name });
  else if (dice.chance(0.5)) end.name = name;
  else ends.splice(dice.below(ends.length), 1);
}

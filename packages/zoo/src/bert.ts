import type { Architecture, ZooEntry, ZooInput } from './architecture.js';
import type { Layers } from './layers.js';
import { attention, dense, feedForward, index, layerNorm, scalar } from './transformer.js';

/** A text encoder: post-norm layers over the sum of three embeddings. */
interface Bert {
  readonly depth: number;
  readonly width: number;
  readonly heads: number;
}

const WORDS = 30_522;
const POSITIONS = 512;
const SEGMENTS = 2;
/** Tokens of the sequences that the model takes. */
const TOKENS = 128;
const EPSILON = 1e-12;
/** The hidden layer of a feed-forward part is as many times as wide. */
const EXPANSION = 4;
const EMBEDDING_RANGE = [-1, 1] as const;
/** What is added to the score of a token that is not to be looked at. */
const MASKED = -10_000;

const INPUTS: readonly ZooInput[] = [
  { name: 'input_ids', elementType: 'int64', shape: [1, TOKENS], below: WORDS },
  { name: 'attention_mask', elementType: 'int64', shape: [1, TOKENS], below: 2 },
  { name: 'token_type_ids', elementType: 'int64', shape: [1, TOKENS], below: SEGMENTS },
];

const PAPER = 'Devlin et al., arXiv 1810.04805, section 3, in the form of Hugging Face';

/** Bidirectional text encoders. */
export const berts: readonly Architecture[] = [
  architecture(
    { depth: 2, width: 128, heads: 2 },
    {
      name: 'bert_tiny',
      description: 'BERT tiny: two post-norm encoder layers over sequences of 128 tokens, and a pooler',
      publishedParameters: 4_385_920,
      publishedMacs: 50_348_032,
      source: `${PAPER}; google/bert_uncased_L-2_H-128_A-2, Turc et al., arXiv 1908.08962, table 1 (parameters)`,
    },
  ),
  architecture(
    { depth: 12, width: 768, heads: 12 },
    {
      name: 'bert_base',
      description: 'BERT base: twelve post-norm encoder layers over sequences of 128 tokens, and a pooler',
      publishedParameters: 109_482_240,
      publishedMacs: 10_872_225_792,
      source: `${PAPER}, bert-base-uncased (parameters)`,
    },
  ),
];

function architecture(
  network: Bert,
  published: Pick<ZooEntry, 'name' | 'description' | 'publishedParameters' | 'publishedMacs' | 'source'>,
): Architecture {
  const blocks = network.depth * 2;
  return {
    entry: {
      ...published,
      inputShape: [1, TOKENS],
      inputs: INPUTS,
      blocks,
      removableBlocks: Array.from({ length: blocks }, (_, block) => block),
    },
    build(layers, { omit }) {
      const { graph } = layers;
      const [words, seen, segments] = INPUTS.map(({ name, elementType, shape: [, ...dims] }) =>
        graph.input(name, elementType, ['batch', ...dims]),
      );
      const x = embeddings(layers, { words: words ?? '', segments: segments ?? '' }, network.width);
      const y = encoder(layers, x, { ...network, seen: seen ?? '' }, omit);
      graph.output(y, { as: 'last_hidden_state', dims: ['batch', TOKENS, network.width] });
      graph.output(pooler(layers, 'last_hidden_state', network.width), {
        as: 'pooler_output',
        dims: ['batch', network.width],
      });
    },
  };
}

function embeddings(layers: Layers, { words, segments }: { words: string; segments: string }, width: number): string {
  const { graph } = layers;
  const rows = (name: string, count: number, indices: string): string => {
    const table = layers.parameter(`embeddings.${name}.weight`, [count, width], EMBEDDING_RANGE);
    return graph.node('Gather', [table, indices], { axis: 0 }, { name: `embeddings.${name}` });
  };
  const positions = graph.ints(
    'embeddings.position_ids',
    Array.from({ length: TOKENS }, (_, position) => position),
  );
  const both = graph.node(
    'Add',
    [rows('word_embeddings', WORDS, words), rows('token_type_embeddings', SEGMENTS, segments)],
    {},
    { name: 'embeddings.add_segments' },
  );
  const all = graph.node(
    'Add',
    [both, rows('position_embeddings', POSITIONS, positions)],
    {},
    { name: 'embeddings.add_positions' },
  );
  return layerNorm(layers, all, { name: 'embeddings.LayerNorm', width, epsilon: EPSILON });
}

/** [batch, 1, 1, tokens]: 0 where a token is to be looked at, very negative where it is not. */
function scoreMask({ graph }: Layers, seen: string): string {
  const axes = graph.ints('mask.axes', [1, 2]);
  const spread = graph.node('Unsqueeze', [seen, axes], {}, { name: 'mask.unsqueeze' });
  const numbers = graph.node('Cast', [spread], { to: 1 }, { name: 'mask.cast' }); // FLOAT of TensorProto.DataType
  const unseen = graph.node('Sub', [scalar(graph, 'mask.one', 1), numbers], {}, { name: 'mask.sub' });
  return graph.node('Mul', [unseen, scalar(graph, 'mask.lowest', MASKED)], {}, { name: 'mask.mul' });
}

function encoder(
  layers: Layers,
  x: string,
  { depth, seen, ...network }: Bert & { seen: string },
  omit: ReadonlySet<number>,
): string {
  const attentions = Array.from({ length: depth }, (_, layer) => layer * 2);
  const mask = attentions.every((block) => omit.has(block)) ? '' : scoreMask(layers, seen);
  return attentions.reduce((from, block) => {
    const name = `encoder.layer.${block / 2}`;
    const y = omit.has(block) ? from : attentionBlock(layers, from, { ...network, name, mask });
    return omit.has(block + 1) ? y : feedForwardBlock(layers, y, { name, width: network.width });
  }, x);
}

function attentionBlock(
  layers: Layers,
  x: string,
  { name, width, heads, mask }: Omit<Bert, 'depth'> & { name: string; mask: string },
): string {
  const { graph } = layers;
  const module = `${name}.attention.self`;
  const byHead = (part: string, perm: readonly number[]): string => {
    const y = dense(layers, x, { name: `${module}.${part}`, in: width, out: width });
    const shape = graph.ints(`${module}.${part}.shape`, [-1, TOKENS, heads, width / heads]);
    const apart = graph.node('Reshape', [y, shape], {}, { name: `${module}.${part}.apart` });
    return graph.node('Transpose', [apart], { perm }, { name: `${module}.${part}.by_head` });
  };
  const [queries, keys, values] = [
    byHead('query', [0, 2, 1, 3]),
    byHead('key', [0, 2, 3, 1]),
    byHead('value', [0, 2, 1, 3]),
  ];
  const output = `${name}.attention.output`;
  const options = { name: module, output: `${output}.dense`, tokens: TOKENS, width, heads, mask };
  const branch = attention(layers, { queries, keys, values }, options);
  const sum = graph.add(`${output}.add`, branch, x);
  return layerNorm(layers, sum, { name: `${output}.LayerNorm`, width, epsilon: EPSILON });
}

function feedForwardBlock(layers: Layers, x: string, { name, width }: { name: string; width: number }): string {
  const branch = feedForward(layers, x, {
    first: `${name}.intermediate.dense`,
    second: `${name}.output.dense`,
    width,
    hidden: width * EXPANSION,
  });
  const sum = layers.graph.add(`${name}.output.add`, branch, x);
  return layerNorm(layers, sum, { name: `${name}.output.LayerNorm`, width, epsilon: EPSILON });
}

/** A linear layer and tanh over the first token. */
function pooler(layers: Layers, x: string, width: number): string {
  const { graph } = layers;
  const first = graph.node('Gather', [x, index(graph, 'pooler.index', 0)], { axis: 1 }, { name: 'pooler.first' });
  const y = layers.linear(first, { name: 'pooler.dense', in: width, out: width });
  return graph.node('Tanh', [y], {}, { name: 'pooler.activation' });
}

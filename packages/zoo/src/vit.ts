import { type Architecture, type BuildOptions, imageClassifier, type ZooEntry } from './architecture.js';
import type { Layers } from './layers.js';
import { TORCHVISION } from './sources.js';
import { attention, dense, feedForward, index, layerNorm } from './transformer.js';

/** A vision transformer: patches of 16 pixels, pre-norm encoder layers, a token for the class. */
interface Vit {
  readonly depth: number;
  readonly width: number;
  readonly heads: number;
}

const PATCH_PX = 16;
const CLASSES = 1000;
const EPSILON = 1e-6;
/** The hidden layer of a feed-forward part is as many times as wide. */
const EXPANSION = 4;
const TOKEN_RANGE = [-1, 1] as const;
const POSITION_RANGE = [-0.5, 0.5] as const;

/** Vision transformers for ImageNet. */
export const vits: readonly Architecture[] = [
  architecture(
    { depth: 12, width: 192, heads: 3 },
    {
      name: 'vit_tiny_16',
      description:
        'ViT-Ti/16 for ImageNet: twelve pre-norm encoder layers, each with attention and a feed-forward part',
      publishedParameters: 5_717_416,
      publishedMacs: 1_074_851_328,
      source:
        'timm, model card of vit_tiny_patch16_224 (Params, GMACs without the products inside attention); Touvron et al., arXiv 2012.12877, table 1',
    },
  ),
  architecture(
    { depth: 12, width: 768, heads: 12 },
    {
      name: 'vit_base_16',
      description: 'ViT-B/16 for ImageNet: twelve pre-norm encoder layers, each with attention and a feed-forward part',
      publishedParameters: 86_567_656,
      publishedMacs: 16_848_500_736,
      source: `${TORCHVISION}, less the 0.715 G of the products inside attention; Dosovitskiy et al., arXiv 2010.11929, table 1`,
    },
  ),
];

function architecture(
  network: Vit,
  published: Pick<ZooEntry, 'name' | 'description' | 'publishedParameters' | 'publishedMacs' | 'source'>,
): Architecture {
  const blocks = network.depth * 2;
  return imageClassifier(
    {
      ...published,
      inputShape: [1, 3, 224, 224],
      blocks,
      removableBlocks: Array.from({ length: blocks }, (_, block) => block),
    },
    { classes: CLASSES, network: (layers, x, options) => vit(layers, x, network, options) },
  );
}

/** Adds a vision transformer to a graph, with torchvision's names. There are as many positions as patches, and one. Returns the logits. */
function vit(layers: Layers, x: string, network: Vit, { omit, imageSizePx = 224 }: BuildOptions): string {
  const { graph } = layers;
  const { depth, width } = network;
  const tokens = Math.floor(imageSizePx / PATCH_PX) ** 2 + 1;
  const embedded = withClassToken(layers, patches(layers, x, { tokens, width }), width);
  const positions = layers.parameter('encoder.pos_embedding', [1, tokens, width], POSITION_RANGE);
  let y = graph.node('Add', [embedded, positions], {}, { name: 'encoder.add' });
  for (let layer = 0; layer < depth; layer++) {
    const name = `encoder.layers.encoder_layer_${layer}`;
    if (!omit.has(layer * 2)) y = attentionBlock(layers, y, { ...network, name, tokens });
    if (!omit.has(layer * 2 + 1)) y = feedForwardBlock(layers, y, { name, width });
  }
  const normed = layerNorm(layers, y, { name: 'encoder.ln', width, epsilon: EPSILON });
  const first = graph.node('Gather', [normed, index(graph, 'class.index', 0)], { axis: 1 }, { name: 'class' });
  return layers.linear(first, { name: 'heads.head', in: width, out: CLASSES });
}

/** [batch, patches, width]. */
function patches(layers: Layers, x: string, { tokens, width }: { tokens: number; width: number }): string {
  const { graph } = layers;
  const maps = layers.conv(x, { name: 'conv_proj', in: 3, out: width, kernel: PATCH_PX, stride: PATCH_PX, pad: 0 });
  const shape = graph.ints('patches.shape', [-1, width, tokens - 1]);
  const rows = graph.node('Reshape', [maps, shape], {}, { name: 'patches' });
  return graph.node('Transpose', [rows], { perm: [0, 2, 1] }, { name: 'patches.transpose' });
}

/** The token for the class, repeated for every sample, in front of the patches. */
function withClassToken(layers: Layers, x: string, width: number): string {
  const { graph } = layers;
  const batch = graph.node('Shape', [x], { start: 0, end: 1 }, { name: 'class_token.batch' });
  const rest = graph.ints('class_token.dims', [1, width]);
  const shape = graph.node('Concat', [batch, rest], { axis: 0 }, { name: 'class_token.shape' });
  const token = layers.parameter('class_token', [1, 1, width], TOKEN_RANGE);
  const repeated = graph.node('Expand', [token, shape], {}, { name: 'class_token.expand' });
  return graph.node('Concat', [repeated, x], { axis: 1 }, { name: 'tokens' });
}

function attentionBlock(
  layers: Layers,
  x: string,
  { name, tokens, width, heads }: Vit & { name: string; tokens: number },
): string {
  const { graph } = layers;
  const module = `${name}.self_attention`;
  const normed = layerNorm(layers, x, { name: `${name}.ln_1`, width, epsilon: EPSILON });
  const all = dense(layers, normed, { name: `${module}.in_proj`, in: width, out: 3 * width, separator: '_' });
  const apartShape = graph.ints(`${module}.apart.shape`, [-1, tokens, 3, heads, width / heads]);
  const apart = graph.node('Reshape', [all, apartShape], {}, { name: `${module}.apart` });
  const turned = graph.node('Transpose', [apart], { perm: [2, 0, 3, 1, 4] }, { name: `${module}.by_head` });
  const [queries = '', straightKeys = '', values = ''] = ['query', 'key', 'value'].map((part, position) =>
    graph.node(
      'Gather',
      [turned, index(graph, `${module}.${part}.index`, position)],
      { axis: 0 },
      { name: `${module}.${part}` },
    ),
  );
  const keys = graph.node('Transpose', [straightKeys], { perm: [0, 1, 3, 2] }, { name: `${module}.key.transpose` });
  const options = { name: module, output: `${module}.out_proj`, tokens, width, heads };
  return graph.add(`${name}.add_1`, x, attention(layers, { queries, keys, values }, options));
}

function feedForwardBlock(layers: Layers, x: string, { name, width }: { name: string; width: number }): string {
  const normed = layerNorm(layers, x, { name: `${name}.ln_2`, width, epsilon: EPSILON });
  const branch = feedForward(layers, normed, {
    first: `${name}.mlp.0`,
    second: `${name}.mlp.3`,
    width,
    hidden: width * EXPANSION,
  });
  return layers.graph.add(`${name}.add_2`, x, branch);
}

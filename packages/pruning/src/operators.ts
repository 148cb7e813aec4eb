/**
 * What operators mean to the search for blocks. By operator type alone: contrib operators of onnxruntime keep the name
 * of what they fuse.
 */

/** Operands that may hold the weights of a weighted operator, the usual one first. */
export const WEIGHT_OPERANDS: ReadonlyMap<string, readonly number[]> = new Map([
  ['Conv', [1]],
  ['ConvTranspose', [1]],
  ['DeformConv', [1]],
  ['ConvInteger', [1]],
  ['QLinearConv', [3]],
  ['FusedConv', [1]],
  ['Gemm', [1, 0]],
  ['MatMul', [1, 0]],
  ['Einsum', [1, 0]],
  ['MatMulInteger', [1, 0]],
  ['MatMulIntegerToFloat', [1, 0]],
  ['DynamicQuantizeMatMul', [1]],
  ['QLinearMatMul', [3, 0]],
  ['QGemm', [3]],
  ['FusedMatMul', [1, 0]],
  ['FusedGemm', [1, 0]],
  ['MatMulNBits', [1]],
  ['Attention', [1]],
  ['QAttention', [1]],
  ['RNN', [1, 2]],
  ['GRU', [1, 2]],
  ['LSTM', [1, 2]],
]);

/** Convolutions, whose weights slide over space. */
export const CONVOLUTIONS: ReadonlySet<string> = new Set([
  'Conv',
  'ConvTranspose',
  'DeformConv',
  'ConvInteger',
  'QLinearConv',
  'FusedConv',
]);

/** Their result depends on the shape of a tensor, never on its values: no data flows through them. */
export const SHAPE_READERS: ReadonlySet<string> = new Set([
  'Shape',
  'Size',
  'EyeLike',
  'RandomNormalLike',
  'RandomUniformLike',
]);

/** Where branches that left one tensor meet again. */
export const JOINS: ReadonlySet<string> = new Set([
  'Add',
  'Sum',
  'Sub',
  'Mul',
  'Concat',
  'Max',
  'Min',
  'Mean',
  'QLinearAdd',
  'QLinearMul',
  'QLinearConcat',
]);

/** Joins that lay their branches side by side, so that the operands differ in shape by nature. */
export const CONCATENATIONS: ReadonlySet<string> = new Set(['Concat', 'QLinearConcat']);

export const ACTIVATIONS: ReadonlySet<string> = new Set([
  'Relu',
  'Clip',
  'LeakyRelu',
  'PRelu',
  'Elu',
  'Selu',
  'Celu',
  'Sigmoid',
  'Tanh',
  'HardSigmoid',
  'HardSwish',
  'Softplus',
  'Softsign',
  'ThresholdedRelu',
  'Gelu',
  'FastGelu',
  'BiasGelu',
  'QuickGelu',
  'Mish',
  'Swish',
  'Erf',
]);

export const NORMS: ReadonlySet<string> = new Set([
  'BatchNormalization',
  'InstanceNormalization',
  'LayerNormalization',
  'GroupNormalization',
  'RMSNormalization',
  'SimplifiedLayerNormalization',
  'MeanVarianceNormalization',
  'LpNormalization',
  'LRN',
]);

/** Element by element; with a constant operand they are a bias, a scale or a part of a spelled-out activation. */
export const ARITHMETIC: ReadonlySet<string> = new Set([
  'Add',
  'Sum',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Sqrt',
  'Reciprocal',
  'Neg',
  'Abs',
  'Exp',
  'Log',
  'Min',
  'Max',
]);

/** Means and sums over axes: inside a spelled-out normalisation. */
export const REDUCTIONS: ReadonlySet<string> = new Set(['ReduceMean', 'ReduceSum', 'ReduceSumSquare', 'ReduceL2']);

/** They change nothing at inference (a Cast only when its type stays). */
export const NOISE: ReadonlySet<string> = new Set(['Identity', 'Dropout', 'Cast']);

export const QUANTISERS: ReadonlySet<string> = new Set(['QuantizeLinear', 'DequantizeLinear']);

/** They throw space away, so what follows is a side branch of a gate and not the main branch. */
export const GLOBAL_POOLS: ReadonlySet<string> = new Set([
  'GlobalAveragePool',
  'GlobalMaxPool',
  'GlobalLpPool',
  'ReduceMean',
  'ReduceMax',
]);

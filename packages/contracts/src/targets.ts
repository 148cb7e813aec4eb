import type { Target } from './fleet.js';

/** What a target is, without what its fleet does right now. */
export type TargetDefinition = Pick<Target, 'name' | 'description' | 'architecture' | 'provider'>;

/** The targets that every installation knows; an agent may serve others that were added. */
export const builtInTargets: readonly TargetDefinition[] = [
  { name: 'x86-cpu', description: 'x86-64 CPU', architecture: 'x64', provider: 'cpu' },
  { name: 'arm64-cpu', description: '64-bit ARM CPU', architecture: 'arm64', provider: 'cpu' },
  { name: 'cuda', description: 'NVIDIA GPU through CUDA', architecture: 'any', provider: 'cuda' },
  { name: 'tensorrt', description: 'NVIDIA GPU through TensorRT', architecture: 'any', provider: 'tensorrt' },
  { name: 'webgpu', description: 'GPU through WebGPU', architecture: 'any', provider: 'webgpu' },
  { name: 'coreml', description: 'Apple devices through Core ML', architecture: 'any', provider: 'coreml' },
  { name: 'dml', description: 'Windows GPU through DirectML', architecture: 'any', provider: 'dml' },
];

import type { MeasurementSpec } from '@espalier/contracts';
import type { InferenceSession } from 'onnxruntime-node';
import { MeasureError } from '../measure-error.js';

type OptionType = 'number' | 'string' | 'boolean';

const device: Readonly<Record<string, OptionType>> = { deviceId: 'number' };

/**
 * What onnxruntime-node 1.30 passes on to each provider (its `session_options_helper.cc`). It drops everything else without
 * a word, and a measurement must not claim an option that had no effect. Of WebGPU it refuses what it does not know itself.
 */
const passedOn: ReadonlyMap<string, Readonly<Record<string, OptionType>>> = new Map([
  ['cuda', device],
  ['tensorrt', device],
  ['dml', device],
  ['coreml', { coreMlFlags: 'number' }],
  ['qnn', { backendType: 'string', backendPath: 'string', enableFp16Precision: 'boolean' }],
]);

/** That a provider does not take its options. */
export function optionsInvalid(provider: string, what: string, cause?: unknown): MeasureError {
  const known = Object.keys(passedOn.get(provider) ?? {});
  const hint = known.length === 0 ? undefined : `onnxruntime-node passes on to ${provider}: ${known.join(', ')}`;
  return new MeasureError('provider-options-invalid', `${provider} does not take its options: ${what}`, {
    hint,
    cause,
  });
}

function check(provider: string, options: MeasurementSpec['providerOptions']): void {
  if (provider === 'webgpu') return;
  const known = passedOn.get(provider) ?? {};
  for (const [name, value] of Object.entries(options)) {
    const type = Object.hasOwn(known, name) ? known[name] : undefined;
    if (type === undefined) throw optionsInvalid(provider, `onnxruntime-node does not pass on ${name}`);
    if (typeof value !== type) throw optionsInvalid(provider, `${name} must be a ${type}`);
  }
}

/**
 * A provider and its options, for onnxruntime.
 * @throws MeasureError `provider-options-invalid` for an option that onnxruntime-node would ignore
 */
export function providerConfig({
  provider,
  providerOptions,
}: Pick<MeasurementSpec, 'provider' | 'providerOptions'>): InferenceSession.ExecutionProviderConfig {
  check(provider, providerOptions);
  return Object.keys(providerOptions).length === 0 ? provider : { ...providerOptions, name: provider };
}

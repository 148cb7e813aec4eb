import type { MeasurementEnvironment, MeasurementWarning } from '@espalier/contracts';
import { formatBytes, formatShape, significant } from './format.js';
import { styled } from './terminal.js';
import { warningText } from './warning-text.js';

/** Lines of a name and what is to be said about it, the names in one column. */
export function factLines(facts: readonly (readonly [name: string, text: string])[]): readonly string[] {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, text]) => `${styled('dim', name.padEnd(width))}  ${text}`);
}

/** The device and the runtime in one line. */
export function environmentText(environment: MeasurementEnvironment): string {
  const { before, os, onnxruntime, provider } = environment;
  const { cpuModel, logicalCores, virtualisation, frequencyMHz, temperatureC, memoryTotalBytes, gpus } = before;
  return [
    `${cpuModel}, ${logicalCores} ${logicalCores === 1 ? 'core' : 'cores'}`,
    ...(virtualisation === undefined ? [] : [virtualisation === 'unknown' ? 'virtual' : `virtual (${virtualisation})`]),
    ...(frequencyMHz === undefined ? [] : [`${significant(frequencyMHz / 1000)} GHz`]),
    ...(temperatureC === undefined ? [] : [`${Math.round(temperatureC)} °C`]),
    formatBytes(memoryTotalBytes),
    ...(gpus ?? []).map(({ name }) => name),
    os,
    `onnxruntime ${onnxruntime}`,
    `provider ${provider}`,
  ].join(', ');
}

/** The shapes that were fed, in one line. */
export function inputsText(inputs: Readonly<Record<string, readonly number[]>>): string {
  return Object.entries(inputs)
    .map(([name, dims]) => `${name} ${formatShape(dims)}`)
    .join(', ');
}

/** Every warning in a line of its own. */
export function warningLines(warnings: readonly MeasurementWarning[]): readonly string[] {
  return warnings.map((warning) => `${styled('yellow', 'warning:')} ${warningText(warning)}`);
}

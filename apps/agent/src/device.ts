import { readFile } from 'node:fs/promises';
import { arch, cpus, hostname, release, totalmem, type } from 'node:os';
import { type Device, parserOf } from '@espalier/contracts';
import { onnxruntimeVersion } from '@espalier/measure';
import { Type } from 'typebox';

const parseManifest = parserOf('package.json', Type.Object({ version: Type.String() }));

/** The version of the agent. */
export async function readVersion(): Promise<string> {
  return parseManifest(JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))).version;
}

/** The device that the agent runs on. */
export async function describeDevice(): Promise<Device> {
  const cores = cpus();
  return {
    hostname: hostname(),
    os: `${type()} ${release()}`,
    architecture: arch(),
    cpuModel: cores[0]?.model.trim() ?? 'unknown',
    logicalCores: cores.length,
    memoryBytes: totalmem(),
    onnxruntime: await onnxruntimeVersion(),
    node: process.version,
  };
}

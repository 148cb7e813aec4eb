import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import type { System } from '../environment/system.js';

/** What there is on this machine of what GPU providers need. */
export interface Ground {
  readonly platform: NodeJS.Platform;
  readonly architecture: string;
  /** Of onnxruntime's own libraries for a provider, those that are not beside it. */
  readonly missingLibraries: (provider: string) => readonly string[];
  /** Of the libraries that a provider's library needs, those that the system does not find. */
  readonly unresolvedLibraries: (provider: string) => Promise<readonly string[]>;
  /** Whether NVIDIA's driver lists a GPU. */
  readonly hasNvidiaGpu: () => Promise<boolean>;
  /** Whether the system finds the loader of Vulkan, which WebGPU needs on Linux. */
  readonly hasVulkanLoader: () => Promise<boolean>;
}

/** Libraries that onnxruntime loads for a provider on Linux, from its own folder. */
const providerLibraries: Readonly<Record<string, readonly string[]>> = {
  cuda: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'],
  tensorrt: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_tensorrt.so'],
};

/** Where onnxruntime-node keeps the libraries of this platform. */
function libraryFolder(platform: NodeJS.Platform): string {
  const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return join(dirname(manifest), 'bin', 'napi-v6', platform, arch());
}

/** The names that `ldd` could not find. */
export function parseUnresolved(text: string | undefined): readonly string[] {
  return [...new Set([...(text ?? '').matchAll(/^\s*(\S+) => not found$/gm)].map(([, name = '']) => name))];
}

/** Looks at the machine, but only at what is asked for. */
export function groundOf(system: System): Ground {
  const folder = libraryFolder(system.platform);
  const librariesOf = (provider: string) => (system.platform === 'linux' ? (providerLibraries[provider] ?? []) : []);
  return {
    platform: system.platform,
    architecture: arch(),
    missingLibraries: (provider) => librariesOf(provider).filter((name) => !existsSync(join(folder, name))),
    unresolvedLibraries: async (provider) => {
      const paths = librariesOf(provider).map((name) => join(folder, name));
      const texts = await Promise.all(paths.map((path) => system.run('ldd', [path])));
      return [...new Set(texts.flatMap(parseUnresolved))].filter((name) => !name.startsWith('libonnxruntime'));
    },
    hasNvidiaGpu: async () => /^GPU \d/m.test((await system.run('nvidia-smi', ['--list-gpus'])) ?? ''),
    hasVulkanLoader: async () => {
      const cache = (await system.run('ldconfig', ['-p'])) ?? (await system.run('/sbin/ldconfig', ['-p']));
      return cache?.includes('libvulkan.so.1') ?? true;
    },
  };
}

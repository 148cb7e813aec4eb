import type { MeasureError } from '../measure-error.js';
import type { Ground } from './ground.js';

/** Providers that one platform alone has. */
const onlyOn: Readonly<Record<string, { readonly platform: NodeJS.Platform; readonly sentence: string }>> = {
  coreml: { platform: 'darwin', sentence: 'Core ML is on macOS only' },
  dml: { platform: 'win32', sentence: 'DirectML is on Windows only' },
};

/** What the libraries that CUDA and TensorRT need belong to. */
const packagesOf: readonly (readonly [RegExp, string])[] = [
  [/^lib(cudart|cublas|cublasLt|cufft|curand|cusparse|nvrtc)\.so/, 'CUDA 12'],
  [/^libcudnn/, 'cuDNN 9'],
  [/^lib(nvinfer|nvonnxparser)/, 'TensorRT 10'],
];

const INSTALL = 'ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js';

/** Why a target cannot be served here, before anything is tried; `undefined`: try it. */
export function reasonBeforehand(
  { provider, architecture }: { readonly provider: string; readonly architecture: string },
  here: Pick<Ground, 'platform' | 'architecture'>,
): string | undefined {
  if (architecture !== 'any' && architecture !== here.architecture) {
    return `it is for ${architecture}, and this machine is ${here.architecture}`;
  }
  const home = onlyOn[provider];
  return home === undefined || home.platform === here.platform ? undefined : home.sentence;
}

async function nvidiaReasons(provider: string, ground: Ground): Promise<readonly string[]> {
  if (ground.platform !== 'linux' || ground.architecture !== 'x64') {
    return ["onnxruntime's package on npm has NVIDIA's providers for Linux on x64 only"];
  }
  const missing = ground.missingLibraries(provider);
  const unresolved = missing.length > 0 ? [] : await ground.unresolvedLibraries(provider);
  const packages = packagesOf.filter(([names]) => unresolved.some((name) => names.test(name)));
  const install = packages.map(([, name]) => name).join(', ');
  return [
    ...((await ground.hasNvidiaGpu()) ? [] : ['nvidia-smi lists no NVIDIA GPU']),
    ...(missing.length === 0
      ? []
      : [`onnxruntime's package on npm comes without ${missing.join(' and ')}: \`${INSTALL}\` fetches them`]),
    ...(unresolved.length === 0
      ? []
      : [
          `${unresolved.join(', ')} not found: ${install === '' ? 'install them' : `install ${install}`}, or set LD_LIBRARY_PATH`,
        ]),
  ];
}

async function webGpuReasons(ground: Ground): Promise<readonly string[]> {
  if (ground.platform !== 'linux' || (await ground.hasVulkanLoader()))
    return ['no GPU that WebGPU could use was found'];
  return [
    'the Vulkan loader libvulkan.so.1 is not installed (Debian: `apt-get install libvulkan1` and the driver of the GPU)',
  ];
}

async function reasonsOf(provider: string, message: string, ground: Ground): Promise<readonly string[]> {
  if (provider === 'cuda' || provider === 'tensorrt') return nvidiaReasons(provider, ground);
  return provider === 'webgpu' && message.includes('adapter') ? webGpuReasons(ground) : [];
}

/** What a provider said when it was tried, in one line, after what this machine lacks for it. */
export async function reasonOfRefusal(provider: string, message: string, ground: Ground): Promise<string> {
  const reasons = await reasonsOf(provider, message, ground);
  return reasons.length === 0 ? message : `${reasons.join('; ')} (${message})`;
}

/** Why a provider that took its process down, or that never came back, does not serve. */
export function reasonOfFailure(provider: string, { code, message, probe }: MeasureError): string {
  const words = probe?.lastWords.split('\n').at(-1)?.trim() ?? '';
  const said = words === '' ? '' : `: ${words}`;
  switch (code) {
    case 'probe-timeout':
      return `${provider} hangs: it did not run a small network in time${said}`;
    case 'probe-crashed':
      return `${provider} takes its process down: ${message}${said}`;
    default:
      return message;
  }
}

// The whole path of WebGPU without a GPU: on SwiftShader, a Vulkan driver in software, which Chromium brings along. Skipped
// where there is none: `npm run setup -- --with-browser` installs Chromium, or ESPALIER_VULKAN_ICD names the file
// vk_swiftshader_icd.json beside its libraries.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));

/** Compiling shaders and computing in software is some hundred times slower than on a GPU. */
const PATIENCE_MS = 300_000;

const places = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
const candidates = [
  process.env['ESPALIER_VULKAN_ICD'],
  ...places.map((folder) => join(folder, 'vk_swiftshader_icd.json')),
].filter((path) => path !== undefined);
const driver = process.platform === 'linux' ? candidates.find((path) => existsSync(path)) : undefined;
if (driver === undefined) process.stderr.write('skipped: no SwiftShader (comes with Chromium) to run WebGPU on\n');

async function gpuCheck(env: Readonly<Record<string, string>>): Promise<{ code: unknown; report: unknown }> {
  const args = [MAIN, '--quick', '--json', '--require', 'webgpu'];
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'close');
  const output = await text(child.stdout);
  const [code]: unknown[] = await ended;
  return { code, report: JSON.parse(output) };
}

(driver === undefined ? describe.skip : describe)('without a GPU', () => {
  test(
    'a model is measured, profiled and computed on WebGPU, and what WebGPU cannot run is refused',
    async () => {
      const { code, report } = await gpuCheck({
        LD_LIBRARY_PATH: dirname(driver ?? ''),
        VK_ICD_FILENAMES: driver ?? '',
      });
      expect(report).toMatchObject({
        verdict: 'passed',
        targets: expect.arrayContaining([{ name: 'webgpu', provider: 'webgpu', available: true }]),
        providers: expect.arrayContaining([
          {
            provider: 'webgpu',
            checks: expect.arrayContaining([
              { name: 'measure', status: 'passed', detail: expect.stringMatching(/p50/) },
              { name: 'placement', status: 'passed', detail: expect.stringMatching(/% of their time on webgpu/) },
              { name: 'outputs', status: 'passed', detail: expect.any(String) },
              { name: 'fallback', status: 'passed', detail: expect.stringMatching(/provider-unavailable/) },
            ]),
          },
        ]),
      });
      expect(code).toBe(0);
    },
    PATIENCE_MS,
  );
});

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GuardOrders, ProbeRequest } from '../probe/messages.js';
import { affinityCommand, affinityGround } from './affinity.js';
import { hardLimitCommand } from './hard-limit.js';

const MAIN = fileURLToPath(new URL('../probe/main.js', import.meta.url));

/** JavaScript's own heap holds samples and messages; tensors lie outside of it. */
const MAX_HEAP_MIB = 1024;
const MIB = 1024 * 1024;

/**
 * onnxruntime's builds tell their maker about every session, from a thread of their own, and leave files of that in the
 * temporary folder. A device that is measured does neither.
 */
const QUIET = { ORT_DISABLE_TELEMETRY: '1' } as const;

/** The provider that a request is about. */
function providerOf(request: ProbeRequest): string {
  if (request.kind === 'measure' || request.kind === 'profile') return request.spec.provider;
  return request.kind === 'trace' ? 'cpu' : request.provider;
}

function affinityOf(request: ProbeRequest): string | null {
  return request.kind === 'measure' || request.kind === 'profile' ? request.spec.affinity : null;
}

/**
 * Starts the process of a probe, on its CPUs and under its memory limit. The programs that see to these replace themselves by
 * the next one, so the process that is started is the probe. Drivers of GPUs map the memory of the device into the process,
 * which the kernel's limit may count: it is left to the guard for every provider but the CPU.
 * @throws MeasureError `affinity-unsupported`, `affinity-invalid`
 */
export async function launch(request: ProbeRequest, orders: GuardOrders): Promise<ChildProcess> {
  const { memoryLimitBytes } = orders;
  const affinity = affinityOf(request);
  const heapMiB = Math.max(1, Math.min(MAX_HEAP_MIB, Math.floor(memoryLimitBytes / MIB)));
  const [execPath, ...execArgv] = [
    ...(providerOf(request) === 'cpu' ? await hardLimitCommand(memoryLimitBytes) : []),
    ...(affinity === null ? [] : affinityCommand(affinity, await affinityGround())),
    process.execPath,
    `--max-old-space-size=${heapMiB}`,
  ];
  return fork(MAIN, [JSON.stringify(orders)], {
    execPath,
    execArgv,
    env: { ...process.env, ...QUIET, TMPDIR: orders.workDir, TEMP: orders.workDir, TMP: orders.workDir },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

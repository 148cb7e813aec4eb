import { type ChildProcess, fork } from 'node:child_process';
import type { GuardOrders } from '../probe/messages.js';
import { affinityCommand, affinityGround } from './affinity.js';
import { hardLimitCommand } from './hard-limit.js';

/** JavaScript's own heap holds samples and messages; tensors lie outside of it. */
const MAX_HEAP_MIB = 1024;
const MIB = 1024 * 1024;

/**
 * onnxruntime's builds tell their maker about every session, from a thread of their own, and leave files of that in the
 * temporary folder. A device that is measured does neither.
 */
const QUIET = { ORT_DISABLE_TELEMETRY: '1' } as const;

/** What a guarded process runs, and on what. */
export interface Program {
  /** Path of the module; it answers through `serveGuarded`. */
  readonly main: string;
  /** Execution provider that it will use. */
  readonly provider: string;
  /** CPUs that it may use; null: those of this process. */
  readonly affinity: string | null;
}

/**
 * Starts a guarded process, on its CPUs and under its memory limit. The programs that see to these replace themselves by
 * the next one, so the process that is started is the one that was asked for. Drivers of GPUs map the memory of the device
 * into the process, which the kernel's limit may count: it is left to the guard for every provider but the CPU.
 * @throws MeasureError `affinity-unsupported`, `affinity-invalid`
 */
export async function launch({ main, provider, affinity }: Program, orders: GuardOrders): Promise<ChildProcess> {
  const { memoryLimitBytes } = orders;
  const heapMiB = Math.max(1, Math.min(MAX_HEAP_MIB, Math.floor(memoryLimitBytes / MIB)));
  const [execPath, ...execArgv] = [
    ...(provider === 'cpu' ? await hardLimitCommand(memoryLimitBytes) : []),
    ...(affinity === null ? [] : affinityCommand(affinity, await affinityGround())),
    process.execPath,
    `--max-old-space-size=${heapMiB}`,
  ];
  return fork(main, [JSON.stringify(orders)], {
    execPath,
    execArgv,
    env: { ...process.env, ...QUIET, TMPDIR: orders.workDir, TEMP: orders.workDir, TMP: orders.workDir },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

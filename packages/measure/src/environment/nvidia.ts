import type { GpuState } from '@espalier/contracts';
import { known } from './known.js';
import type { System } from './system.js';

const COMMAND = 'nvidia-smi';
const BYTES_PER_MIB = 1024 * 1024;
const PERCENT = 100;

const FIELDS = [
  'index',
  'uuid',
  'name',
  'driver_version',
  'clocks.sm',
  'clocks.max.sm',
  'clocks.mem',
  'temperature.gpu',
  'power.draw',
  'power.limit',
  'utilization.gpu',
  'memory.used',
  'memory.total',
] as const;

/** Drivers since 535 call it the first, older ones the second; one that knows neither refuses the whole query. */
const REASON_FIELDS = ['clocks_event_reasons.active', 'clocks_throttle_reasons.active', undefined] as const;

/** Bits of the mask of reasons for a lower clock (nvmlClocksEventReasons in NVIDIA's nvml.h). */
const REASONS: readonly (readonly [bigint, string])[] = [
  [0x1n, 'idle'],
  [0x2n, 'application-clocks'],
  [0x4n, 'power-cap'],
  [0x8n, 'hardware-slowdown'],
  [0x10n, 'sync-boost'],
  [0x20n, 'software-thermal'],
  [0x40n, 'hardware-thermal'],
  [0x80n, 'power-brake'],
  [0x100n, 'display-clocks'],
];

/** The names of the bits in a mask such as `0x0000000000000004`; a bit without a name is told as its number. */
export function parseReasons(mask: string | undefined): string[] {
  if (mask === undefined || !/^0x[\da-f]+$/i.test(mask)) return [];
  const bits = BigInt(mask);
  const names = REASONS.flatMap(([bit, name]) => ((bits & bit) === 0n ? [] : [name]));
  const rest = REASONS.reduce((left, [bit]) => left & ~bit, bits);
  return rest === 0n ? names : [...names, `0x${rest.toString(16)}`];
}

/** A number, unless it is `[N/A]`, `[Not Supported]` or the like. */
function number(text: string | undefined, factor = 1): number | undefined {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) * factor : undefined;
}

/** A GPU, and how nvidia-smi identifies it in other lists. */
interface IdentifiedGpu {
  readonly uuid: string;
  readonly gpu: GpuState;
}

function parseGpu(line: string): IdentifiedGpu | undefined {
  const [
    index,
    uuid = '',
    name = '',
    driver = '',
    clock,
    maxClock,
    memoryClock,
    heat,
    power,
    limit,
    use,
    used,
    total,
    mask,
  ] = line.split(',').map((field) => field.trim());
  const position = number(index);
  if (position === undefined || name === '') return undefined;
  const state = known({
    clockMHz: number(clock),
    maxClockMHz: number(maxClock),
    memoryClockMHz: number(memoryClock),
    temperatureC: number(heat),
    powerW: number(power),
    powerLimitW: number(limit),
    utilisation: number(use, 1 / PERCENT),
    memoryUsedBytes: number(used, BYTES_PER_MIB),
    memoryTotalBytes: number(total, BYTES_PER_MIB),
  });
  return { uuid, gpu: { index: position, name, driver, ...state, throttleReasons: parseReasons(mask) } };
}

/** The GPUs in the answer to the query of `FIELDS` and a mask of reasons; a line that makes no sense is left out. */
export function parseGpus(csv: string): readonly IdentifiedGpu[] {
  return csv.split('\n').flatMap((line) => parseGpu(line) ?? []);
}

/** How many processes compute on each GPU, by uuid, from `pid, gpu_uuid` lines. */
export function parseComputeProcesses(csv: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, uuid = ''] of csv.matchAll(/^\d+,\s*(\S+)$/gm)) counts.set(uuid, (counts.get(uuid) ?? 0) + 1);
  return counts;
}

/** NVIDIA's tool on one machine: whether it is there, and which of the queries it understands, is found out once. */
class NvidiaTool {
  readonly #system: System;
  #reasonField: Promise<(typeof REASON_FIELDS)[number] | 'absent'> | undefined;

  constructor(system: System) {
    this.#system = system;
  }

  #query(reasonField: string | undefined): Promise<string | undefined> {
    const fields = reasonField === undefined ? FIELDS : [...FIELDS, reasonField];
    return this.#system.run(COMMAND, [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits']);
  }

  async #findReasonField(): Promise<(typeof REASON_FIELDS)[number] | 'absent'> {
    // A driver that hangs must cost one time limit, not one for each of the queries.
    if ((await this.#system.run(COMMAND, ['--list-gpus'])) === undefined) return 'absent';
    for (const field of REASON_FIELDS) if ((await this.#query(field)) !== undefined) return field;
    return 'absent';
  }

  /** All GPUs; `undefined`: there is no working nvidia-smi here. */
  async read(): Promise<GpuState[] | undefined> {
    this.#reasonField ??= this.#findReasonField();
    const reasonField = await this.#reasonField;
    if (reasonField === 'absent') return undefined;
    const [gpus, apps] = await Promise.all([
      this.#query(reasonField),
      this.#system.run(COMMAND, ['--query-compute-apps=pid,gpu_uuid', '--format=csv,noheader']),
    ]);
    if (gpus === undefined) return undefined;
    const processes = apps === undefined ? undefined : parseComputeProcesses(apps);
    return parseGpus(gpus).map(({ uuid, gpu }) =>
      processes === undefined ? gpu : { ...gpu, processes: processes.get(uuid) ?? 0 },
    );
  }
}

const tools = new WeakMap<System, NvidiaTool>();

/** What nvidia-smi tells of every NVIDIA GPU; `undefined` where it is not installed or finds no driver. */
export async function readNvidiaGpus(system: System): Promise<GpuState[] | undefined> {
  const tool = tools.get(system) ?? new NvidiaTool(system);
  tools.set(system, tool);
  return tool.read();
}

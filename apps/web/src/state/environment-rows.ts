import type { EnvironmentSample, EnvironmentSnapshot, GpuState } from '@espalier/contracts';
import { formatBytes, formatFixed, formatShare, UNIT_SPACE, UNKNOWN } from '../format/number.js';
import { formatDuration } from '../format/time.js';

/** One thing about a device, before and after a measurement. */
export interface EnvironmentRow {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** It differs by more than such a thing does by itself. */
  readonly changed: boolean;
}

type Value = number | string | boolean | undefined;

interface Reading<Of> {
  readonly name: string;
  readonly value: (of: Of) => Value;
  readonly write?: (value: number) => string;
  /** How far a number may move without meaning anything; what is absent may not move at all. */
  readonly slack?: (before: number) => number;
}

const unit =
  (name: string, decimals = 0) =>
  (value: number) =>
    `${formatFixed(value, decimals)}${UNIT_SPACE}${name}`;
const plain = (decimals: number) => (value: number) => formatFixed(value, decimals);
const shareOf = (share: number) => (before: number) => Math.abs(before) * share;
const within = (slack: number) => () => slack;
/** A counter that runs on its own: its growth is evidence of a warning, not a difference to mark. */
const counts = within(Number.POSITIVE_INFINITY);

const READINGS: readonly Reading<EnvironmentSnapshot>[] = [
  { name: 'CPU', value: ({ cpuModel }) => cpuModel },
  { name: 'Logical cores', value: ({ logicalCores }) => logicalCores },
  { name: 'Hypervisor', value: ({ virtualisation }) => virtualisation },
  { name: 'CPUs it may use', value: ({ affinity }) => affinity },
  { name: 'Governor', value: ({ governor }) => governor },
  { name: 'Frequency driver', value: ({ frequencyDriver }) => frequencyDriver },
  { name: 'Energy preference', value: ({ energyPreference }) => energyPreference },
  { name: 'Turbo', value: ({ turbo }) => turbo },
  { name: 'Simultaneous threads', value: ({ simultaneousThreads }) => simultaneousThreads },
  { name: 'Power', value: ({ powerSource }) => powerSource },
  { name: 'CPU clock', value: ({ frequencyMHz }) => frequencyMHz, write: unit('MHz'), slack: shareOf(0.05) },
  { name: 'Highest CPU clock', value: ({ maxFrequencyMHz }) => maxFrequencyMHz, write: unit('MHz') },
  { name: 'Temperature', value: ({ temperatureC }) => temperatureC, write: unit('°C', 1), slack: within(5) },
  { name: 'Load, last minute', value: ({ load1 }) => load1, write: plain(2), slack: within(0.5) },
  {
    name: 'Waited for a CPU, last 10 s',
    value: ({ cpuPressure10 }) => cpuPressure10,
    write: unit('%', 1),
    slack: within(5),
  },
  {
    name: 'Waited for memory, last 10 s',
    value: ({ memoryPressure10 }) => memoryPressure10,
    write: unit('%', 1),
    slack: within(1),
  },
  {
    name: 'Waited for disks, last 10 s',
    value: ({ ioPressure10 }) => ioPressure10,
    write: unit('%', 1),
    slack: within(5),
  },
  { name: 'Memory', value: ({ memoryTotalBytes }) => memoryTotalBytes, write: formatBytes },
  {
    name: 'Memory available',
    value: ({ memoryAvailableBytes }) => memoryAvailableBytes,
    write: formatBytes,
    slack: shareOf(0.1),
  },
  { name: 'Swap in use', value: ({ swapUsedBytes }) => swapUsedBytes, write: formatBytes, slack: within(2 ** 20) },
  { name: 'Times throttled', value: ({ throttleCount }) => throttleCount },
  {
    name: 'CPU time used since boot',
    value: ({ cpuBusySeconds }) => cpuBusySeconds,
    write: formatDuration,
    slack: counts,
  },
  {
    name: 'CPU time stolen since boot',
    value: ({ cpuStealSeconds }) => cpuStealSeconds,
    write: unit('s', 1),
    slack: within(1),
  },
  { name: 'Energy counter', value: ({ energyJoules }) => energyJoules, write: unit('J'), slack: counts },
  { name: 'CPU limit of the container', value: ({ containerCpus }) => containerCpus, write: plain(2) },
  {
    name: 'Memory limit of the container',
    value: ({ containerMemoryBytes }) => containerMemoryBytes,
    write: formatBytes,
  },
  {
    name: 'Stood still at that CPU limit',
    value: ({ containerThrottledSeconds }) => containerThrottledSeconds,
    write: unit('s', 2),
    slack: within(0.1),
  },
  { name: 'Up for', value: ({ uptimeSeconds }) => uptimeSeconds, write: formatDuration, slack: counts },
];

const GPU_READINGS: readonly Reading<GpuState>[] = [
  { name: 'name', value: ({ name }) => name },
  { name: 'driver', value: ({ driver }) => driver },
  { name: 'clock', value: ({ clockMHz }) => clockMHz, write: unit('MHz'), slack: shareOf(0.05) },
  { name: 'highest clock', value: ({ maxClockMHz }) => maxClockMHz, write: unit('MHz') },
  { name: 'memory clock', value: ({ memoryClockMHz }) => memoryClockMHz, write: unit('MHz'), slack: shareOf(0.05) },
  { name: 'temperature', value: ({ temperatureC }) => temperatureC, write: unit('°C'), slack: within(5) },
  { name: 'power', value: ({ powerW }) => powerW, write: unit('W', 1), slack: counts },
  { name: 'power limit', value: ({ powerLimitW }) => powerLimitW, write: unit('W') },
  { name: 'in use', value: ({ utilisation }) => utilisation, write: (share) => formatShare(share, 0), slack: counts },
  { name: 'memory used', value: ({ memoryUsedBytes }) => memoryUsedBytes, write: formatBytes, slack: shareOf(0.2) },
  { name: 'throttled by', value: ({ throttleReasons }) => throttleReasons.join(', ') || 'nothing' },
  { name: 'processes', value: ({ processes }) => processes },
];

function textOf(value: Value, write: (value: number) => string): string {
  if (value === undefined) return UNKNOWN;
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'string' ? value : write(value);
}

function differs(before: Value, after: Value, slack: (before: number) => number): boolean {
  if (before === undefined || after === undefined) return false;
  if (typeof before !== 'number' || typeof after !== 'number') return before !== after;
  return Math.abs(after - before) > slack(before);
}

function rowsBy<Of>(readings: readonly Reading<Of>[], before: Of | undefined, after: Of | undefined): EnvironmentRow[] {
  return readings.flatMap(({ name, value, write = String, slack = within(0) }) => {
    const [was, is] = [before && value(before), after && value(after)];
    if (was === undefined && is === undefined) return [];
    return [{ name, before: textOf(was, write), after: textOf(is, write), changed: differs(was, is, slack) }];
  });
}

/** Everything that the device told of itself before and after; what it tells neither time is left out. */
export function environmentRows(before: EnvironmentSnapshot, after: EnvironmentSnapshot): readonly EnvironmentRow[] {
  const gpus = (before.gpus ?? []).flatMap((gpu) =>
    rowsBy(
      GPU_READINGS,
      gpu,
      after.gpus?.find(({ index }) => index === gpu.index),
    ).map((row) => ({ ...row, name: `GPU ${gpu.index}: ${row.name}` })),
  );
  return [...rowsBy(READINGS, before, after), ...gpus];
}

/** One quantity over the time of a measurement. */
export interface WatchedLine {
  readonly name: string;
  readonly atMs: readonly number[];
  readonly values: readonly number[];
  readonly write: (value: number) => string;
}

const percent = (share: number): string => formatShare(share, 1);

const WATCHED: readonly {
  readonly name: string;
  readonly value: (sample: EnvironmentSample) => number | undefined;
  readonly write: (value: number) => string;
}[] = [
  { name: 'CPU clock', value: ({ frequencyMHz }) => frequencyMHz, write: unit('MHz') },
  { name: 'CPU temperature', value: ({ temperatureC }) => temperatureC, write: unit('°C', 1) },
  { name: 'CPU busy', value: ({ cpuBusyShare }) => cpuBusyShare, write: percent },
  { name: 'CPU stolen', value: ({ cpuStealShare }) => cpuStealShare, write: percent },
  { name: 'CPU power', value: ({ powerW }) => powerW, write: unit('W', 1) },
  { name: 'GPU clock', value: ({ gpuClockMHz }) => gpuClockMHz, write: unit('MHz') },
  { name: 'GPU temperature', value: ({ gpuTemperatureC }) => gpuTemperatureC, write: unit('°C') },
  { name: 'GPU power', value: ({ gpuPowerW }) => gpuPowerW, write: unit('W', 1) },
];

/** What was watched during the run; quantities that the device does not tell are left out. */
export function watchedLines(during: readonly EnvironmentSample[]): readonly WatchedLine[] {
  return WATCHED.flatMap(({ name, value, write }) => {
    const known = during.flatMap((sample) => {
      const found = value(sample);
      return found === undefined ? [] : [{ atMs: sample.atMs, found }];
    });
    return known.length < 2
      ? []
      : [{ name, write, atMs: known.map(({ atMs }) => atMs), values: known.map(({ found }) => found) }];
  });
}

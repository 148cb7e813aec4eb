import type { EnvironmentSample } from '@espalier/contracts';
import { readClocksMHz } from './cpu-files.js';
import { energyMeterOf } from './energy.js';
import { known, meanOf, sumOf } from './known.js';
import { readNvidiaGpus } from './nvidia.js';
import { type CpuTimes, parseProcStat } from './proc-text.js';
import { findSensors, readHottestC } from './sensors.js';
import type { System } from './system.js';

const MS_PER_SECOND = 1000;

/** Clocks are read of the busiest cores only: on a server with hundreds of them a look must stay cheap. */
const MAX_CLOCKS = 16;

/** A core that was busy for less of the time tells the clock of an idle CPU. */
const MIN_BUSY_SHARE = 0.1;

/** nvidia-smi costs tens of ms of CPU time, and takes locks of the driver that it measures. */
const GPU_EVERY_MS = 5000;

/** What the next look is compared with. */
interface Reading {
  readonly atMs: number;
  readonly times: CpuTimes | undefined;
  readonly cores: ReadonlyMap<number, CpuTimes>;
  readonly joules: number | undefined;
}

/** A core and the share of the time since the last look in which it was busy. */
interface BusyCore {
  readonly core: number;
  readonly share: number;
}

/** CPU time of all programs; on Linux with what each core had of it. */
async function readTimes(system: System): Promise<Pick<Reading, 'times' | 'cores'>> {
  const stat = await system.readText('/proc/stat');
  const machine = stat === undefined ? undefined : parseProcStat(stat);
  if (machine !== undefined) return { times: machine, cores: machine.cores };
  const busySeconds = sumOf(system.cores().map((core) => core.busySeconds));
  return { times: busySeconds === undefined ? undefined : { busySeconds, stealSeconds: 0 }, cores: new Map() };
}

function busyCores(now: Reading, last: Reading): readonly BusyCore[] {
  const seconds = (now.atMs - last.atMs) / MS_PER_SECOND;
  const shares = [...now.cores].flatMap(([core, times]) => {
    const earlier = last.cores.get(core);
    return earlier === undefined ? [] : [{ core, share: (times.busySeconds - earlier.busySeconds) / seconds }];
  });
  return shares
    .filter(({ share }) => share >= MIN_BUSY_SHARE)
    .sort((a, b) => b.share - a.share)
    .slice(0, MAX_CLOCKS);
}

/** The clock of the cores that worked, each counted by how much it did: cores that idle would hide what the work got. */
async function workingClockMHz(system: System, cores: readonly BusyCore[]): Promise<number | undefined> {
  if (cores.length === 0) return undefined;
  const clocks = await readClocksMHz(
    system,
    cores.map(({ core }) => core),
  );
  const read = cores.flatMap(({ core, share }) => {
    const clock = clocks.get(core);
    return clock === undefined ? [] : [{ clock, share }];
  });
  const weight = sumOf(read.map(({ share }) => share));
  return weight === undefined ? undefined : read.reduce((sum, { clock, share }) => sum + clock * share, 0) / weight;
}

function shareOf(seconds: number | undefined, elapsedSeconds: number, cores: number): number | undefined {
  return seconds === undefined ? undefined : Math.min(1, Math.max(0, seconds / (elapsedSeconds * cores)));
}

/** Looks at a machine again and again, each time compared with the time before. */
export class Looker {
  readonly #system: System;
  readonly #sinceMs: number;
  /** The GPU to look at, as nvidia-smi counts; `undefined`: none. */
  readonly #gpu: number | undefined;
  #sensors: readonly string[] = [];
  #last: Reading | undefined;
  #gpuLookedAtMs = Number.NEGATIVE_INFINITY;

  /** @param sinceMs the moment that samples count from, in ms of `system.now()` */
  constructor(system: System, sinceMs: number, gpu: number | undefined) {
    this.#system = system;
    this.#sinceMs = sinceMs;
    this.#gpu = gpu;
  }

  async #gpuNow(atMs: number): Promise<Partial<EnvironmentSample>> {
    if (this.#gpu === undefined || atMs - this.#gpuLookedAtMs < GPU_EVERY_MS) return {};
    this.#gpuLookedAtMs = atMs;
    const gpu = (await readNvidiaGpus(this.#system))?.find(({ index }) => index === this.#gpu);
    if (gpu === undefined) return {};
    return known({
      gpuClockMHz: gpu.clockMHz,
      gpuTemperatureC: gpu.temperatureC,
      gpuPowerW: gpu.powerW,
      gpuThrottleReasons: gpu.throttleReasons,
      gpuProcesses: gpu.processes,
    });
  }

  async #read(): Promise<Reading> {
    return {
      atMs: this.#system.now().getTime(),
      ...(await readTimes(this.#system)),
      joules: await energyMeterOf(this.#system).read(),
    };
  }

  /** The first look, that the second is compared with. */
  async begin(): Promise<void> {
    this.#sensors = await findSensors(this.#system);
    this.#last = await this.#read();
  }

  /** What there is to see now; `undefined` when no time has passed since the last look. */
  async look(): Promise<EnvironmentSample | undefined> {
    const last = this.#last;
    const now = await this.#read();
    this.#last = now;
    if (last === undefined || now.atMs <= last.atMs) return undefined;
    const elapsed = (now.atMs - last.atMs) / MS_PER_SECOND;
    const cores = this.#system.logicalCores();
    const spent = (key: keyof CpuTimes) =>
      now.times === undefined || last.times === undefined ? undefined : now.times[key] - last.times[key];
    const joules = now.joules === undefined || last.joules === undefined ? undefined : now.joules - last.joules;
    return {
      atMs: now.atMs - this.#sinceMs,
      ...known({
        frequencyMHz: await workingClockMHz(this.#system, busyCores(now, last)),
        temperatureC: await readHottestC(this.#system, this.#sensors),
        cpuBusyShare: shareOf(spent('busySeconds'), elapsed, cores),
        cpuStealShare: shareOf(spent('stealSeconds'), elapsed, cores),
        powerW: joules === undefined ? undefined : joules / elapsed,
      }),
      ...(await this.#gpuNow(now.atMs)),
    };
  }
}

/** At most `count` of some looks: neighbours are put together, so that the whole time stays covered evenly. */
export function thinOut(samples: readonly EnvironmentSample[], count: number): readonly EnvironmentSample[] {
  if (samples.length <= count) return samples;
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * samples.length) / count);
    return joined(samples.slice(from, Math.floor(((index + 1) * samples.length) / count)));
  });
}

/** One look instead of several: means of what was measured, the worst of what was counted. */
function joined(samples: readonly EnvironmentSample[]): EnvironmentSample {
  const mean = (key: 'frequencyMHz' | 'temperatureC' | 'cpuBusyShare' | 'cpuStealShare' | 'powerW') =>
    meanOf(samples.map((sample) => sample[key]));
  const gpuMean = (key: 'gpuClockMHz' | 'gpuTemperatureC' | 'gpuPowerW') =>
    meanOf(samples.map((sample) => sample[key]));
  const reasons = samples.flatMap(({ gpuThrottleReasons }) => gpuThrottleReasons ?? []);
  const processes = samples.flatMap(({ gpuProcesses }) => gpuProcesses ?? []);
  return {
    atMs: samples.at(-1)?.atMs ?? 0,
    ...known({
      frequencyMHz: mean('frequencyMHz'),
      temperatureC: mean('temperatureC'),
      cpuBusyShare: mean('cpuBusyShare'),
      cpuStealShare: mean('cpuStealShare'),
      powerW: mean('powerW'),
      gpuClockMHz: gpuMean('gpuClockMHz'),
      gpuTemperatureC: gpuMean('gpuTemperatureC'),
      gpuPowerW: gpuMean('gpuPowerW'),
      gpuThrottleReasons: reasons.length === 0 ? undefined : [...new Set(reasons)],
      gpuProcesses: processes.length === 0 ? undefined : Math.max(...processes),
    }),
  };
}

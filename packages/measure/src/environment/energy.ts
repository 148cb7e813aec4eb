import { parseInteger } from './proc-text.js';
import type { System } from './system.js';

const POWERCAP_FOLDER = '/sys/class/powercap';
const MICRO = 1e6;

/** A counter of one CPU package. */
interface Zone {
  readonly path: string;
  readonly rangeMicroJoules: number;
}

/**
 * How far a counter went on, in its own unit. It starts again at 0 beyond its range; that it did so more than once between
 * two looks cannot be seen, so look at it at least every few minutes.
 */
export function counterAdvance(earlier: number, later: number, range: number): number {
  return later >= earlier ? later - earlier : later + range - earlier;
}

/** RAPL's zones of whole packages (AMD's are called the same). Parts of packages, and `psys`, which holds them, would count twice. */
async function findPackages(system: System): Promise<readonly Zone[]> {
  const names = (await system.list(POWERCAP_FOLDER)).filter((name) => /^intel-rapl:\d+$/.test(name));
  const zones = await Promise.all(
    names.map(async (name) => {
      const folder = `${POWERCAP_FOLDER}/${name}`;
      const isPackage = (await system.readText(`${folder}/name`))?.startsWith('package') ?? false;
      const range = parseInteger(await system.readText(`${folder}/max_energy_range_uj`));
      return isPackage && range !== undefined ? [{ path: `${folder}/energy_uj`, rangeMicroJoules: range }] : [];
    }),
  );
  return zones.flat();
}

/** The energy that the CPU packages used, counted on over the wrap-arounds of their counters. */
export class EnergyMeter {
  readonly #system: System;
  readonly #last = new Map<string, number>();
  #zones: readonly Zone[] | undefined;
  #totalMicroJoules = 0;

  constructor(system: System) {
    this.#system = system;
  }

  /** Joules; only differences mean something. `undefined`: not told here, or to root only. */
  async read(): Promise<number | undefined> {
    this.#zones ??= await findPackages(this.#system);
    for (const { path, rangeMicroJoules } of this.#zones) {
      const now = parseInteger(await this.#system.readText(path));
      if (now === undefined) continue;
      const last = this.#last.get(path);
      this.#totalMicroJoules += last === undefined ? now : counterAdvance(last, now, rangeMicroJoules);
      this.#last.set(path, now);
    }
    return this.#last.size === 0 ? undefined : this.#totalMicroJoules / MICRO;
  }
}

const meters = new WeakMap<System, EnergyMeter>();

/** The one meter of a machine: snapshots and looks in between share it, so that no wrap-around is missed or counted twice. */
export function energyMeterOf(system: System): EnergyMeter {
  const meter = meters.get(system) ?? new EnergyMeter(system);
  meters.set(system, meter);
  return meter;
}

import { largestOf } from './known.js';
import { parseInteger } from './proc-text.js';
import type { System } from './system.js';

const THERMAL_FOLDER = '/sys/class/thermal';
const HWMON_FOLDER = '/sys/class/hwmon';
const MILLIDEGREES = 1000;

/** Thermal zones that sit on the processor; others measure the battery, the radio or the board. */
const processorZone = /cpu|pkg|core|soc|big|little/i;

/** Chips of /sys/class/hwmon that measure the processor: Intel, AMD (two drivers), and boards whose CPU is named so. */
const processorChip = /^(coretemp|k10temp|zenpower|cpu_thermal|soc_thermal|cpu\d*-thermal|scpi_sensors)$/;

/** AMD's value for the fan's control, on some models 10 to 27 °C above the true one, which is Tdie. */
const CONTROL_LABEL = 'Tctl';
const TRUE_LABEL = 'Tdie';

/** What no sensor of a processor shows when it works. */
const MIN_CELSIUS = -40;
const MAX_CELSIUS = 150;

async function zonePaths(system: System): Promise<readonly string[]> {
  const zones = (await system.list(THERMAL_FOLDER)).filter((name) => name.startsWith('thermal_zone'));
  const paths = await Promise.all(
    zones.map(async (zone) => {
      const type = (await system.readText(`${THERMAL_FOLDER}/${zone}/type`)) ?? '';
      return processorZone.test(type) ? [`${THERMAL_FOLDER}/${zone}/temp`] : [];
    }),
  );
  return paths.flat();
}

async function chipPaths(system: System, chip: string): Promise<readonly string[]> {
  const folder = `${HWMON_FOLDER}/${chip}`;
  if (!processorChip.test((await system.readText(`${folder}/name`))?.trim() ?? '')) return [];
  const inputs = (await system.list(folder)).filter((name) => /^temp\d+_input$/.test(name));
  const labelled = await Promise.all(
    inputs.map(async (input) => ({
      path: `${folder}/${input}`,
      label: (await system.readText(`${folder}/${input.replace('_input', '_label')}`))?.trim(),
    })),
  );
  const truth = labelled.some(({ label }) => label === TRUE_LABEL);
  return labelled.flatMap(({ path, label }) => (truth && label === CONTROL_LABEL ? [] : [path]));
}

/** The files that tell the temperature of the processor. They stay the same as long as the machine runs. */
export async function findSensors(system: System): Promise<readonly string[]> {
  const chips = await system.list(HWMON_FOLDER);
  const paths = [zonePaths(system), ...chips.map((chip) => chipPaths(system, chip))];
  return (await Promise.all(paths)).flat();
}

/** The hottest of some sensors, in °C. */
export async function readHottestC(system: System, sensors: readonly string[]): Promise<number | undefined> {
  const readings = await Promise.all(sensors.map(async (path) => parseInteger(await system.readText(path))));
  const celsius = readings.map((milli) => (milli === undefined ? undefined : milli / MILLIDEGREES));
  return largestOf(celsius.filter((value) => value !== undefined && value > MIN_CELSIUS && value < MAX_CELSIUS));
}

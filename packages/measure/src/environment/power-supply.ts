import type { System } from './system.js';

const SUPPLY_FOLDER = '/sys/class/power_supply';

/** What a device draws its power from. */
export type PowerSource = 'mains' | 'battery';

interface Supply {
  readonly type: string;
  readonly online: string;
  readonly status: string;
  /** `Device`: of a mouse or a headset. */
  readonly scope: string;
}

async function readSupply(system: System, name: string): Promise<Supply> {
  const read = async (file: string) => (await system.readText(`${SUPPLY_FOLDER}/${name}/${file}`))?.trim() ?? '';
  return {
    type: await read('type'),
    online: await read('online'),
    status: await read('status'),
    scope: await read('scope'),
  };
}

/**
 * The power source in /sys/class/power_supply. A battery counts when it is being discharged: some boards list no charger.
 * `undefined`: nothing is listed, as on most servers and in most virtual machines.
 */
export async function readPowerSource(system: System): Promise<PowerSource | undefined> {
  const names = await system.list(SUPPLY_FOLDER);
  const supplies = (await Promise.all(names.map((name) => readSupply(system, name)))).filter(
    ({ scope }) => scope !== 'Device',
  );
  const chargers = supplies.filter(({ type }) => type === 'Mains' || type.startsWith('USB'));
  const batteries = supplies.filter(({ type }) => type === 'Battery');
  if (chargers.some(({ online }) => online === '1')) return 'mains';
  if (batteries.some(({ status }) => status === 'Discharging')) return 'battery';
  if (batteries.length > 0 && chargers.length > 0) return 'battery';
  return chargers.length + batteries.length > 0 ? 'mains' : undefined;
}

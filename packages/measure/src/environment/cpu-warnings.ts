import type { MeasurementWarning } from '@espalier/contracts';
import { elapsedSeconds, rise, type Surroundings } from './surroundings.js';

/**
 * Time that the hypervisor took from us may be at most this share of the CPU time there was: stolen time comes in slices
 * of ms, so beyond it the usual precision of 1 % is no longer the model's.
 */
const MAX_STEAL_SHARE = 0.01;

/**
 * Other programs may use at most this share of the machine: on two cores a fifth of one. Daemons and the desktop stay below
 * it; what is above it competes for caches and, when all cores measure, for time.
 */
const MAX_OTHER_SHARE = 0.1;

/**
 * A container that has used up its quota stands still until its period (100 ms as a rule) is over. A thousandth of the time
 * is one such stop in about a minute: the median does not see it, every tail does.
 */
const MAX_QUOTA_SHARE = 0.001;

/** Drivers whose `powersave` is the ordinary governor: the CPU sets its own frequency, between all that it has. */
const selfGoverned = /^(intel_pstate|amd-pstate-epp|amd_pstate_epp)$/;

/** Preferences under which such a CPU holds back its frequency, even under load. */
const thriftyPreferences: readonly string[] = ['power', 'balance_power'];

/** @returns `cpu-steal` */
export function stolenTime(surroundings: Surroundings): MeasurementWarning[] {
  const { before, after, during = [] } = surroundings;
  const stealSeconds = rise(after.cpuStealSeconds, before.cpuStealSeconds);
  const seconds = elapsedSeconds(surroundings);
  if (stealSeconds === undefined || seconds <= 0) return [];
  const share = stealSeconds / (seconds * after.logicalCores);
  if (share <= MAX_STEAL_SHARE) return [];
  const worst = Math.max(share, ...during.flatMap(({ cpuStealShare }) => cpuStealShare ?? []));
  return [{ code: 'cpu-steal', evidence: { share, seconds: stealSeconds, worstShare: worst } }];
}

/** @returns `other-load` */
export function otherLoad(surroundings: Surroundings): MeasurementWarning[] {
  const { before, after, ownCpuSeconds } = surroundings;
  const busySeconds = rise(after.cpuBusySeconds, before.cpuBusySeconds);
  const seconds = elapsedSeconds(surroundings);
  if (busySeconds === undefined || seconds <= 0) return [];
  const otherCores = (busySeconds - ownCpuSeconds) / seconds;
  const share = otherCores / after.logicalCores;
  return share > MAX_OTHER_SHARE ? [{ code: 'other-load', evidence: { otherCores, cores: after.logicalCores } }] : [];
}

/** @returns `cpu-quota` */
export function spentQuota(surroundings: Surroundings): MeasurementWarning[] {
  const { before, after } = surroundings;
  const waited = rise(after.containerThrottledSeconds, before.containerThrottledSeconds);
  const seconds = elapsedSeconds(surroundings);
  if (waited === undefined || seconds <= 0) return [];
  const share = waited / seconds;
  if (share <= MAX_QUOTA_SHARE) return [];
  const { containerCpus } = after;
  return [
    {
      code: 'cpu-quota',
      evidence: { seconds: waited, share, ...(containerCpus === undefined ? {} : { cpus: containerCpus }) },
    },
  ];
}

/** @returns `governor-powersave` */
export function thriftyGovernor({ after }: Surroundings): MeasurementWarning[] {
  const { governor, frequencyDriver: driver, energyPreference: preference } = after;
  if (driver !== undefined && selfGoverned.test(driver)) {
    return preference !== undefined && thriftyPreferences.includes(preference)
      ? [{ code: 'governor-powersave', evidence: { governor: governor ?? 'unknown', driver, preference } }]
      : [];
  }
  return governor === 'powersave'
    ? [{ code: 'governor-powersave', evidence: { governor, ...(driver === undefined ? {} : { driver }) } }]
    : [];
}

/** @returns `on-battery` */
export function batteryPower({ before, after }: Surroundings): MeasurementWarning[] {
  const at = [before.powerSource === 'battery' ? 'before' : '', after.powerSource === 'battery' ? 'after' : ''];
  const when = at.filter((moment) => moment !== '').join(' and ');
  return when === '' ? [] : [{ code: 'on-battery', evidence: { when } }];
}

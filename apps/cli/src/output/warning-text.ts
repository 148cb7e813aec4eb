import type { MeasurementWarning } from '@espalier/contracts';

const sentences: Readonly<Record<MeasurementWarning['code'], string>> = {
  'not-converged': 'the precision was not reached; give it longer (--max-seconds) or ask for less (--precision)',
  'few-runs': 'few runs; the tail of the distribution is a guess',
  drift: 'the latency drifted while it was measured',
  'cpu-steal': 'the hypervisor took CPU time away',
  'other-load': 'other programs used the CPU',
  'cpu-throttled': 'the CPU was throttled',
  'governor-powersave': 'the CPU governor saves power; `performance` gives steadier figures',
  swap: 'the machine is swapping',
  'memory-pressure': 'memory is nearly used up',
  'warm-up-not-steady': 'the latency was still falling when the warm-up ran out of time',
  'provider-partial': 'a part of the model ran on another execution provider',
  'input-shape-assumed': 'a dynamic dimension was assumed; give it with --input name=shape',
};

/** A warning as a sentence with its evidence. */
export function warningText({ code, evidence }: MeasurementWarning): string {
  const details = Object.entries(evidence).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(3)) : value}`,
  );
  return details.length === 0 ? sentences[code] : `${sentences[code]} (${details.join(', ')})`;
}

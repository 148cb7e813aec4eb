import type { MeasurementWarning } from '@espalier/contracts';
import { formatBytes } from './format.js';

const sentences: Readonly<Record<MeasurementWarning['code'], string>> = {
  'not-converged': 'the precision was not reached; give it longer (--max-seconds) or ask for less (--precision)',
  'few-runs':
    'few runs for what is asked for; raise --max-runs and --max-seconds, or ask for a statistic nearer to the median',
  drift: 'the latency rose or fell while it was measured; a ratio to a --control bears that',
  'thermal-drift': 'the device heated up and slowed down while it was measured; cool it, or measure for longer',
  'process-variance': 'fresh processes differ by more than the precision; the interval includes it',
  'warm-up-not-steady': 'the latency was still falling when the warm-up ran out of time; raise --max-seconds',
  'pacing-missed': 'the runs could not keep to the request rate, so the latencies hold waiting; ask for a lower rate',
  'cpu-steal': 'the hypervisor gave CPU time away to somebody else',
  'other-load': 'other programs used the CPU; stop them, or compare with a --control',
  'cpu-throttled': 'the CPU was slowed down; mind its cooling and its power limit',
  'cpu-quota': 'the container used up its CPU limit and stood still; raise the limit, or use fewer --threads',
  'frequency-changed': "the CPU's clock went up and down; fix it for figures that must be compared",
  'governor-powersave': 'the CPU is told to save power; the governor `performance` gives steadier figures',
  'on-battery': 'the device ran on its battery; plug it in',
  'gpu-throttled': "the driver held the GPU's clock down; mind its cooling and its power limit",
  'gpu-shared': 'other processes computed on the GPU',
  swap: 'the system swapped memory out; free memory, or use a smaller --batch',
  'memory-pressure': 'memory is nearly used up',
  'input-shape-assumed': 'a dynamic dimension was assumed; give it with --input name=shape',
  'provider-partial': 'a part of the model ran on another execution provider; `espalier profile` shows which',
};

const rounded = (value: number): number => Number(value.toPrecision(3));

/** How numbers of the evidence are written, by the end of their names; a unit in the name is said by the number. */
const units: readonly (readonly [ending: RegExp, write: (value: number) => string, isUnit: boolean])[] = [
  [/MHz$/, (value) => `${rounded(value)} MHz`, true],
  [/Bytes$|^bytes$/, formatBytes, true],
  [/Percent$/, (value) => `${rounded(value)} %`, true],
  [/(?<=[a-z])C$/, (value) => `${rounded(value)} °C`, true],
  [/(?<=[a-z])Ms$/, (value) => `${rounded(value)} ms`, true],
  [/^seconds$/, (value) => `${rounded(value)} s`, true],
  [/share$|HalfWidth$|^precision$|^spread$/i, (value) => `${rounded(value * 100)} %`, false],
];

const inWords = (name: string): string => name.replaceAll(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);

function evidenceText(name: string, value: number | string): string {
  if (typeof value === 'string') return `${inWords(name)} ${value}`;
  const [ending, write, isUnit] = units.find(([pattern]) => pattern.test(name)) ?? [];
  if (ending === undefined || write === undefined) {
    return `${inWords(name)} ${Number.isInteger(value) ? value : rounded(value)}`;
  }
  return `${inWords(isUnit ? name.replace(ending, '') : name)} ${write(value)}`.trimStart();
}

/** A warning as a sentence with its evidence; docs/warnings.md has the details of each. */
export function warningText({ code, evidence }: MeasurementWarning): string {
  // An assumed shape is named by its input, whose name stays as it is.
  const details = Object.entries(evidence).map(([name, value]) =>
    code === 'input-shape-assumed' ? `${name} ${value}` : evidenceText(name, value),
  );
  return details.length === 0 ? sentences[code] : `${sentences[code]} (${details.join(', ')})`;
}

import type { MeasurementWarning } from '@espalier/contracts';
import { formatBytes, formatFixed, formatShare, UNIT_SPACE } from './number.js';

/** What a warning means, and what one can do. */
export interface WarningText {
  readonly meaning: string;
  readonly advice: string;
}

const TEXTS: Readonly<Record<MeasurementWarning['code'], WarningText>> = {
  'not-converged': {
    meaning: 'The interval is wider than the precision that was asked for. It is right, only not as narrow as wanted.',
    advice: 'Allow more seconds or runs, ask for less precision, or quieten the device.',
  },
  'few-runs': {
    meaning: 'There are fewer runs than this statistic needs.',
    advice: 'Allow more runs and seconds, or ask for a statistic nearer to the median.',
  },
  drift: {
    meaning: 'The latency rose or fell from the first round to the last, so the median describes no moment of the run.',
    advice: 'Compare with a control, which drifts alike; let the device warm up or cool down.',
  },
  'thermal-drift': {
    meaning: 'The device heated up while it was measured, and would have been slower still after a longer run.',
    advice: 'Measure for longer, set an idle gap if real use has one, or cool the device.',
  },
  'process-variance': {
    meaning: 'Fresh processes of the same model differ by more than the precision. The interval includes that.',
    advice: 'Nothing needs to be done while the number of processes is free; pinning threads to CPUs lowers it.',
  },
  'warm-up-not-steady': {
    meaning: 'The latency was still falling when the time for warming up was over.',
    advice: 'Allow more seconds.',
  },
  'pacing-missed': {
    meaning: 'The runs could not keep to the request rate, so the latencies hold waiting.',
    advice: 'Ask for a lower rate; the numbers are true of a device that is asked for more than it can give.',
  },
  'cpu-steal': {
    meaning: 'The hypervisor gave CPU time that was wanted here to somebody else.',
    advice: 'Measure on hardware of your own, or repeat at another hour.',
  },
  'other-load': {
    meaning: 'Other programs used the CPU meanwhile.',
    advice: 'Stop what runs beside it. Ratios to a control bear it, absolute latencies do not.',
  },
  'cpu-throttled': {
    meaning: 'The CPU was slowed down by heat, power or policy.',
    advice: 'Mind its cooling, power supply and power limit, and pause between measurements.',
  },
  'cpu-quota': {
    meaning:
      'The container had used up its CPU limit and stood still for a while. The tail of the distribution shows it.',
    advice: 'Raise or remove the limit, or use no more threads than it has CPUs.',
  },
  'frequency-changed': {
    meaning: 'The clock of the CPU went up and down during the run.',
    advice: 'Switch turbo off or fix the frequency where numbers must be compared.',
  },
  'governor-powersave': {
    meaning: 'The CPU is told to save power: it stays slow, or is slow to leave a low frequency.',
    advice: 'Set the governor `performance`, or the preference `balance_performance`.',
  },
  'on-battery': {
    meaning: 'The device ran on its battery, and most then lower their power limits.',
    advice: 'Plug it in, unless the battery is what is to be measured.',
  },
  'gpu-throttled': {
    meaning: 'The driver held the clock of the GPU down.',
    advice: 'Mind its cooling and power limit, or lock its clocks at what it can hold.',
  },
  'gpu-shared': {
    meaning: 'Other processes computed on the GPU that was measured.',
    advice: 'Stop them, or choose another GPU in the options of the provider.',
  },
  swap: {
    meaning: 'The system swapped memory out meanwhile.',
    advice: 'Free memory, or use a smaller batch.',
  },
  'memory-pressure': {
    meaning: 'Memory is nearly used up, so the system fetches pages back while the model runs.',
    advice: 'Free memory, or raise the limit of the container.',
  },
  'input-shape-assumed': {
    meaning: 'A dynamic dimension of an input was given a value that the spec does not say.',
    advice: 'Give the shape in `inputShapes`.',
  },
  'provider-partial': {
    meaning: 'The execution provider took only a part of the model; the rest ran on another one.',
    advice: 'A profile shows which kernels they are. A few that only deal with shapes are normal.',
  },
};

/** What a warning means and what to do about it, in sentences. */
export function warningText(code: MeasurementWarning['code']): WarningText {
  return TEXTS[code];
}

const rounded = (value: number): string => {
  const precise = Number(value.toPrecision(3));
  return formatFixed(precise, Math.min(6, (String(precise).split('.')[1] ?? '').length));
};

const withUnit = (unit: string) => (value: number) => `${rounded(value)}${UNIT_SPACE}${unit}`;

/** How numbers of the evidence are written, by the end of their names; `cut`: the end is a unit, said by the number. */
const UNITS: readonly { readonly end: RegExp; readonly write: (value: number) => string; readonly cut: boolean }[] = [
  { end: /MHz$/, write: withUnit('MHz'), cut: true },
  { end: /(?<=[a-z])Bytes$/, write: formatBytes, cut: true },
  { end: /^bytes$/, write: formatBytes, cut: false },
  { end: /Percent$/, write: withUnit('%'), cut: true },
  { end: /(?<=[a-z])C$/, write: withUnit('°C'), cut: true },
  { end: /(?<=[a-z])Ms$/, write: withUnit('ms'), cut: true },
  { end: /PerSecond$/, write: withUnit('/s'), cut: true },
  { end: /^seconds$/, write: withUnit('s'), cut: false },
  {
    end: /share$|HalfWidth$|^precision$|^spread$/i,
    write: (share) => formatShare(share, share < 0.1 ? 2 : 1),
    cut: false,
  },
];

const inWords = (name: string): string => name.replaceAll(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`).trim();

/** One piece of the evidence of a warning, as a name and a value with its unit: `worst share`, `4.1 %`. */
export interface EvidenceText {
  readonly key: string;
  readonly name: string;
  readonly value: string;
}

/** The evidence of a warning. An assumed shape is named by its input, whose name stays as it is. */
export function evidenceTexts({ code, evidence }: MeasurementWarning): readonly EvidenceText[] {
  const entries = Object.entries(evidence).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, value]) => {
    if (typeof value === 'string') return { key, name: code === 'input-shape-assumed' ? key : inWords(key), value };
    const unit = UNITS.find(({ end }) => end.test(key));
    if (unit === undefined) return { key, name: inWords(key), value: rounded(value) };
    return { key, name: inWords(unit.cut ? key.replace(unit.end, '') : key), value: unit.write(value) };
  });
}

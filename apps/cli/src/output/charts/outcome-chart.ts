import { combinationText } from '../../measuring/run-measurements.js';
import { commonOf, modelsOf, type Outcome } from '../../measuring/outcome.js';
import { environmentText } from '../environment-text.js';
import { warningText } from '../warning-text.js';
import { latencyChart } from './latency-chart.js';
import type { ChartSeries } from './latency-series.js';
import { colourAt } from './palette.js';
import type { Chart } from './render-svg.js';

/** The chart of everything that a command measured. */
export function outcomeChart(outcomes: readonly Outcome[]): Chart {
  const [first] = outcomes;
  const isSweep = outcomes.length > 1;
  const series = outcomes
    .flatMap((outcome) =>
      modelsOf(outcome).map(({ name, latency }) => ({
        name: isSweep ? `${name}, ${combinationText(outcome.spec)}` : name,
        latency,
        atMs: commonOf(outcome).atMs,
      })),
    )
    .map((each, place): ChartSeries => ({ ...each, colour: colourAt(place) }));
  const names = [...new Set(first?.names)];
  const warnings = new Set(outcomes.flatMap((outcome) => commonOf(outcome).warnings.map(warningText)));
  return latencyChart(series, {
    title: `Latency of ${names.join(', ')}`,
    subtitle:
      first === undefined
        ? ''
        : `${isSweep ? 'several combinations' : combinationText(first.spec)} · ${environmentText(commonOf(first).environment)}`,
    warnings: [...warnings],
  });
}

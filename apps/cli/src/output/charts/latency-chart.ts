import type { EChartsOption, LineSeriesOption, ScatterSeriesOption } from 'echarts';
import { significant } from '../format.js';
import {
  type ChartSeries,
  cumulative,
  histograms,
  latencyRange,
  type LatencyRange,
  overTime,
  type Points,
  processStarts,
} from './latency-series.js';
import { FAINT_INK, FONT, INK, RULE } from './palette.js';
import type { Chart } from './render-svg.js';
import { LINE_HEIGHT, textAt, warningTexts } from './text.js';

const WIDTH = 1120;
const PANELS_FROM = 118;
const PANEL_HEIGHT = 270;
const BETWEEN = 92;

/** What stands around the panels. */
export interface ChartText {
  readonly title: string;
  readonly subtitle: string;
  /** One line each. */
  readonly warnings: readonly string[];
}

const panelTitles = ['Distribution', 'Share of runs that took at most so long', 'Over time'];

const pairs = (points: Points): number[][] => points.map(([x, y]) => [x, y]);

function curve(series: ChartSeries, panel: number, points: Points, more: LineSeriesOption): LineSeriesOption {
  const { name, colour } = series;
  return {
    type: 'line',
    name,
    xAxisIndex: panel,
    yAxisIndex: panel,
    showSymbol: false,
    lineStyle: { width: 1.8, color: colour },
    itemStyle: { color: colour },
    data: pairs(points),
    ...more,
  };
}

/** The median as a line through the distribution; of several models the numbers would lie on each other. */
function medianLine({ colour, latency }: ChartSeries, isAlone: boolean): LineSeriesOption {
  return {
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: colour, type: 'dashed', width: 1.2 },
      label: { show: isAlone, formatter: `p50 ${significant(latency.p50Ms)} ms`, color: colour, fontFamily: FONT },
      data: [{ xAxis: latency.p50Ms }],
    },
  };
}

function cloud(series: ChartSeries, points: Points, more: ScatterSeriesOption): ScatterSeriesOption {
  const { name, colour } = series;
  return {
    type: 'scatter',
    name,
    xAxisIndex: 2,
    yAxisIndex: 2,
    itemStyle: { color: colour, opacity: 0.55 },
    symbolSize: 3.5,
    data: pairs(points),
    ...more,
  };
}

function seriesOf(all: readonly ChartSeries[], range: LatencyRange): (LineSeriesOption | ScatterSeriesOption)[] {
  const outlines = histograms(all, range);
  const starts = all[0] === undefined ? [] : processStarts(all[0]);
  return all.flatMap((series, place) => {
    const { within, beyond } = overTime(series, range);
    const shown = place === 0 ? starts : [];
    return [
      curve(series, 0, outlines[place] ?? [], {
        areaStyle: { color: series.colour, opacity: 0.14 },
        ...medianLine(series, all.length === 1),
      }),
      curve(series, 1, cumulative(series), { step: 'end' }),
      cloud(series, within, {
        markLine: {
          silent: true,
          symbol: 'none',
          lineStyle: { color: FAINT_INK, type: 'dotted', width: 1 },
          label: { show: false },
          data: shown.map((seconds) => ({ xAxis: seconds })),
        },
      }),
      cloud(series, beyond, { symbol: 'triangle', symbolSize: 8 }),
    ];
  });
}

/** A number on an axis, without digits that say nothing. */
const tick = (value: number): string => String(Number(value.toPrecision(6)));

function axis(name: string, more: object): object {
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameTextStyle: { color: FAINT_INK, fontFamily: FONT, fontSize: 12 },
    axisLabel: { color: FAINT_INK, fontFamily: FONT },
    axisLine: { show: true, lineStyle: { color: FAINT_INK } },
    splitLine: { lineStyle: { color: RULE } },
    ...more,
  };
}

/** Distribution, cumulative distribution and time series of one or more models that were measured together. */
export function latencyChart(series: readonly ChartSeries[], { title, subtitle, warnings }: ChartText): Chart {
  const range = latencyRange(series);
  const latency = { min: range.fromMs, max: range.toMs };
  const second = PANELS_FROM + PANEL_HEIGHT + BETWEEN;
  const half = { width: WIDTH / 2 - 100, height: PANEL_HEIGHT };
  const height = second + PANEL_HEIGHT + 62 + (warnings.length + 1) * LINE_HEIGHT;
  const processes = series[0]?.latency.processes.length ?? 1;
  const hasBeyond = series.some((each) => overTime(each, range).beyond.length > 0);
  const notes = [
    ...(processes > 1 ? [`dotted lines: a fresh process begins (${processes} in all)`] : []),
    ...(hasBeyond ? ['triangles: runs beyond the axis'] : []),
  ];
  const option: EChartsOption = {
    backgroundColor: '#ffffff',
    title: {
      text: title,
      subtext: subtitle,
      left: 24,
      top: 14,
      textStyle: { color: INK, fontFamily: FONT, fontSize: 19, fontWeight: 600 },
      subtextStyle: { color: FAINT_INK, fontFamily: FONT, fontSize: 12 },
    },
    legend: {
      show: series.length > 1,
      right: 24,
      top: 18,
      textStyle: { color: INK, fontFamily: FONT },
      data: series.map(({ name, colour }) => ({ name, icon: 'roundRect', itemStyle: { color: colour } })),
    },
    grid: [
      { left: 70, top: PANELS_FROM, ...half },
      { left: WIDTH / 2 + 64, top: PANELS_FROM, ...half },
      { left: 70, right: 36, top: second, height: PANEL_HEIGHT },
    ],
    xAxis: [
      axis('latency, ms', {
        gridIndex: 0,
        nameGap: 28,
        ...latency,
        axisLabel: { formatter: tick, hideOverlap: true, showMinLabel: false, showMaxLabel: false },
      }),
      axis('latency, ms', {
        gridIndex: 1,
        nameGap: 28,
        ...latency,
        axisLabel: { formatter: tick, hideOverlap: true, showMinLabel: false, showMaxLabel: false },
      }),
      axis('time since the first run, s', { gridIndex: 2, nameGap: 28, min: 0 }),
    ],
    yAxis: [
      axis('share of runs, %', { gridIndex: 0, nameGap: 42, min: 0 }),
      axis('share of runs, %', { gridIndex: 1, nameGap: 42, min: 0, max: 100 }),
      axis('latency, ms', {
        gridIndex: 2,
        nameGap: 52,
        ...latency,
        axisLabel: { formatter: tick, showMinLabel: false, showMaxLabel: false },
      }),
    ],
    series: seriesOf(series, range),
    graphic: [
      ...panelTitles.map((name, panel) =>
        textAt(name, panel === 1 ? WIDTH / 2 + 64 : 70, (panel === 2 ? second : PANELS_FROM) - 36, { fontSize: 13 }),
      ),
      ...(notes.length === 0 ? [] : [textAt(notes.join(' · '), 170, second - 35, { fill: FAINT_INK })]),
      ...warningTexts(warnings, second + PANEL_HEIGHT + 54),
    ],
  };
  return { option, width: WIDTH, height };
}

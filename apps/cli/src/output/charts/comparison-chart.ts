import type { Comparison, ComparisonPoint, PruningMethod } from '@espalier/contracts';
import type { LineSeriesOption } from 'echarts';
import { formatMs } from '../format.js';
import { colourAt, FAINT_INK, FONT, INK, RULE } from './palette.js';
import type { Chart } from './render-svg.js';

const WIDTH = 900;
const HEIGHT = 560;
const METHODS = ['layers', 'filters'] as const;

/** Latency against the share of the parameters that is pruned, for layers and for filters, with the budget as a line. */
export function comparisonChart(name: string, comparison: Comparison): Chart {
  const { base, budget, message } = comparison;
  return {
    width: WIDTH,
    height: HEIGHT,
    option: {
      backgroundColor: '#ffffff',
      title: {
        text: `Prune layers or filters of ${name}?`,
        subtext: [
          message ?? '',
          `p50 on ${budget.target}; bars are 95 % intervals, diamonds the best within the budget`,
        ].join('\n'),
        left: 24,
        top: 14,
        textStyle: { color: INK, fontFamily: FONT, fontSize: 19, fontWeight: 600 },
        subtextStyle: { color: FAINT_INK, fontFamily: FONT, fontSize: 12, lineHeight: 16 },
      },
      legend: {
        right: 24,
        top: 18,
        textStyle: { color: INK, fontFamily: FONT },
        data: METHODS.map((method, place) => ({
          name: method,
          icon: 'roundRect',
          itemStyle: { color: colourAt(place) },
        })),
      },
      grid: { left: 76, right: 40, top: 104, bottom: 60 },
      xAxis: axis('parameters pruned, %', { min: 0, max: 100, nameGap: 30 }),
      yAxis: axis('latency, ms', { min: 0, nameGap: 48 }),
      series: METHODS.flatMap((method, place) => {
        const colour = colourAt(place);
        const measured = comparison.points.filter((point) => point.method === method && point.measured !== null);
        const whole = base === null ? [] : [[0, base.p50Ms]];
        return [
          {
            type: 'line',
            name: method,
            symbol: 'circle',
            symbolSize: 6,
            lineStyle: { width: 1.8, color: colour },
            itemStyle: { color: colour },
            data: [...whole, ...measured.toSorted((a, b) => a.prunedShare - b.prunedShare).map(placeOf)],
            ...(place === 0 ? budgetLine(budget.limitMs) : {}),
          } satisfies LineSeriesOption,
          ...measured.map((point) => interval(point, colour)),
          ...bestMark(comparison, method, colour),
        ];
      }),
    },
  };
}

const placeOf = ({ prunedShare, measured }: ComparisonPoint): number[] => [prunedShare * 100, measured?.p50Ms ?? 0];

function axis(name: string, more: object) {
  return {
    type: 'value' as const,
    name,
    nameLocation: 'middle' as const,
    nameTextStyle: { color: FAINT_INK, fontFamily: FONT, fontSize: 12 },
    axisLabel: { color: FAINT_INK, fontFamily: FONT },
    axisLine: { show: true, lineStyle: { color: FAINT_INK } },
    splitLine: { lineStyle: { color: RULE } },
    ...more,
  };
}

function budgetLine(limitMs: number | null): LineSeriesOption {
  if (limitMs === null) return {};
  return {
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: FAINT_INK, type: 'dashed', width: 1.2 },
      label: {
        formatter: `budget ${formatMs(limitMs)}`,
        position: 'insideEndTop',
        color: FAINT_INK,
        fontFamily: FONT,
      },
      data: [{ yAxis: limitMs }],
    },
  };
}

/** The 95 % interval of a point as a bar. */
function interval({ prunedShare, measured }: ComparisonPoint, colour: string): LineSeriesOption {
  const [lower, upper] = measured?.ci ?? [0, 0];
  return {
    type: 'line',
    silent: true,
    symbol: 'rect',
    symbolSize: [7, 1.2],
    lineStyle: { width: 1.2, color: colour },
    itemStyle: { color: colour },
    data: [
      [prunedShare * 100, lower],
      [prunedShare * 100, upper],
    ],
  };
}

function bestMark(comparison: Comparison, method: PruningMethod, colour: string): LineSeriesOption[] {
  const { best } = comparison[method];
  if (best === null || best.measured === null) return [];
  return [
    {
      type: 'line',
      silent: true,
      symbol: 'diamond',
      symbolSize: 16,
      itemStyle: { color: colour, borderColor: '#ffffff', borderWidth: 1.5 },
      data: [placeOf(best)],
    },
  ];
}

import type { ProfileResult } from '@espalier/contracts';
import { environmentText } from '../environment-text.js';
import { formatMs, formatPercent, significant } from '../format.js';
import { partsOf } from '../profile-text.js';
import { warningText } from '../warning-text.js';
import { colourAt, FAINT_INK, FONT, INK, RULE } from './palette.js';
import type { Chart } from './render-svg.js';
import { LINE_HEIGHT, warningTexts } from './text.js';

const WIDTH = 900;
const ROW_HEIGHT = 24;
const ABOVE = 96;
const BELOW = 56;

/** The share of every part of a run as bars, in order of the run. */
export function profileChart(name: string, result: ProfileResult): Chart {
  const parts = partsOf(result);
  const warnings = result.warnings.map(warningText);
  const bottom = ABOVE + parts.length * ROW_HEIGHT + BELOW;
  const isBlock = (place: number): boolean => place < (result.blocks?.length ?? 0);
  return {
    width: WIDTH,
    height: bottom + (warnings.length === 0 ? 0 : (warnings.length + 1) * LINE_HEIGHT),
    option: {
      backgroundColor: '#ffffff',
      title: {
        text: `Where the time of ${name} goes`,
        subtext: [
          `shares of the profiled run, ${significant(result.overhead)}× as long as a plain one of ${formatMs(result.plainP50Ms)}`,
          environmentText(result.environment),
        ].join('\n'),
        left: 24,
        top: 14,
        textStyle: { color: INK, fontFamily: FONT, fontSize: 19, fontWeight: 600 },
        subtextStyle: { color: FAINT_INK, fontFamily: FONT, fontSize: 12, lineHeight: 16 },
      },
      grid: { left: 320, right: 70, top: ABOVE, height: parts.length * ROW_HEIGHT },
      xAxis: {
        type: 'value',
        name: 'share of the run, %',
        nameLocation: 'middle',
        nameGap: 28,
        nameTextStyle: { color: FAINT_INK, fontFamily: FONT },
        axisLabel: { color: FAINT_INK, fontFamily: FONT },
        splitLine: { lineStyle: { color: RULE } },
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: parts.map((part) => part.name),
        axisLabel: { color: INK, fontFamily: FONT, width: 300, overflow: 'truncate', interval: 0 },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: FAINT_INK } },
      },
      graphic: warningTexts(warnings, bottom),
      series: [
        {
          type: 'bar',
          barCategoryGap: '25%',
          label: {
            show: true,
            position: 'right',
            color: INK,
            fontFamily: FONT,
            formatter: ({ dataIndex }) => formatPercent(parts[dataIndex]?.share ?? 0),
          },
          data: parts.map(({ share }, place) => ({
            value: share * 100,
            itemStyle: { color: isBlock(place) ? colourAt(0) : '#9aa5ad' },
          })),
        },
      ],
    },
  };
}

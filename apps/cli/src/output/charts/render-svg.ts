import type { EChartsOption } from 'echarts';

/** A chart and the size it is made for, in pixels. */
export interface Chart {
  readonly option: EChartsOption;
  readonly width: number;
  readonly height: number;
}

/** Draws a chart as an SVG document. The library is loaded here, so that other commands start without it. */
export async function renderSvg({ option, width, height }: Chart): Promise<string> {
  const { init } = await import('echarts');
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, ...option });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

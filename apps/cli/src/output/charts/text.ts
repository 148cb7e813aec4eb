import { FONT, INK, WARNING_INK } from './palette.js';

/** How far apart lines of text are. */
export const LINE_HEIGHT = 18;

/** Text at a place of a chart. */
export function textAt(value: string, left: number, top: number, { fill = INK, fontSize = 12 } = {}) {
  return { type: 'text' as const, left, top, style: { text: value, fill, fontFamily: FONT, fontSize } };
}

/** Warnings below a chart, a line each. */
export function warningTexts(warnings: readonly string[], top: number) {
  return warnings.map((warning, line) => textAt(`⚠ ${warning}`, 24, top + line * LINE_HEIGHT, { fill: WARNING_INK }));
}

/**
 * Colours that people with any colour vision tell apart (Okabe & Ito 2008), the yellow left out, which nobody can read on
 * white.
 */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000'] as const;

/** The colour of the series at a place; beyond the palette colours repeat. */
export function colourAt(place: number): string {
  return COLOURS[place % COLOURS.length] ?? COLOURS[0];
}

export const INK = '#222222';
export const FAINT_INK = '#666666';
export const RULE = '#e3e3e3';
export const WARNING_INK = '#9a4a00';
export const FONT = 'system-ui, Segoe UI, Helvetica, Arial, sans-serif';

import { capitalised, proseParts } from '../format/prose.js';

/** A sentence of the API; what is to be typed looks like it. */
export function Prose({ children }: { readonly children: string }) {
  return proseParts(capitalised(children)).map(({ text, isCode }, at) =>
    isCode ? <code key={`${at} ${text}`}>{text}</code> : text,
  );
}

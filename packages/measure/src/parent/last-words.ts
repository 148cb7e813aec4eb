import type { Readable } from 'node:stream';

/** Enough for the last error of onnxruntime or V8, little enough to send along. */
const MAX_CHARACTERS = 4000;
const MAX_LINES = 20;

/** Keeps the end of a text stream. */
export class LastWords {
  #text = '';

  constructor(stream: Readable | null) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#text = (this.#text + chunk).slice(-MAX_CHARACTERS);
    });
  }

  /** The last lines, without blank ones. */
  get text(): string {
    const lines = this.#text.split('\n').filter((line) => line.trim() !== '');
    return lines.slice(-MAX_LINES).join('\n');
  }
}

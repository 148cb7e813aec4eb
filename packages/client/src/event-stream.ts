import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** No server goes silent for so long on purpose: they send a comment every few seconds. */
const SILENCE_MS = 60_000;

/** Reads the next piece of a body, or fails when none comes for `silenceMs`. */
async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  silenceMs: number,
): Promise<Uint8Array | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${silenceMs} ms`)), silenceMs);
  });
  try {
    const { value } = await Promise.race([reader.read(), silence]);
    return value;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The events of a server-sent event stream, as they arrive; ends when the server ends it.
 * @throws the stream's error when the connection breaks, or an Error when it goes silent
 */
export async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  silenceMs: number = SILENCE_MS,
): AsyncGenerator<EventSourceMessage, void, undefined> {
  const arrived: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => arrived.push(event) });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const bytes = await readWithin(reader, silenceMs);
      if (bytes === undefined) return;
      parser.feed(decoder.decode(bytes, { stream: true }));
      yield* arrived.splice(0);
    }
  } finally {
    // Whoever stops reading also lets the connection go; a broken stream has nothing left to cancel.
    await reader.cancel().catch(() => undefined);
  }
}

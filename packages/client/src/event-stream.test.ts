import { expect, test } from '@jest/globals';
import { eventsOf } from './event-stream.js';
import { signalled } from './testing.js';

test('a stream that goes silent fails, and is cancelled', async () => {
  const cancelled = signalled();
  const silent = new ReadableStream<Uint8Array>({ cancel: () => cancelled.happened() });
  await expect(eventsOf(silent, 5).next()).rejects.toThrow('nothing came for 5 ms');
  await cancelled.promise;
});

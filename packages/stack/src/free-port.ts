import { createServer } from 'node:net';
import { StackError } from './error.js';

/** A port on 127.0.0.1 that nobody listens on now. Somebody may take it before its user does: see `onFreePort`. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port');
  return address.port;
}

/** Losing the race for a free port once is rare; five times in a row means something else. */
const ATTEMPTS = 5;

/**
 * Runs `start` on the wanted port or, without one, on a free one, again when another program was faster.
 * @throws StackError `port-taken` when the wanted port is taken; whatever else `start` throws
 */
export async function onFreePort<T>(wanted: number | undefined, start: (port: number) => Promise<T>): Promise<T> {
  if (wanted !== undefined) return start(wanted);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      const again = error instanceof StackError && error.code === 'port-taken' && attempt < ATTEMPTS;
      if (!again) throw error;
    }
  }
}

import { connect, createServer, type Socket } from 'node:net';
import { Redis } from 'ioredis';

/** The keys below a prefix. */
export async function keysBelow(redisUrl: string, prefix: string): Promise<readonly string[]> {
  const redis = new Redis(redisUrl);
  try {
    return await redis.keys(`${prefix}*`);
  } finally {
    redis.disconnect();
  }
}

/** Deletes every key below a prefix: what FLUSHALL does, without harm to other tests on the same server. */
export async function loseEverything(redisUrl: string, prefix: string): Promise<void> {
  const keys = await keysBelow(redisUrl, prefix);
  if (keys.length === 0) return;
  const redis = new Redis(redisUrl);
  try {
    await redis.del(...keys);
  } finally {
    redis.disconnect();
  }
}

/** A line to a server that can be cut and mended, so that nobody else notices. */
export interface Line {
  /** The server's address, through the line. */
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a line to the server of a URL, such as one of Redis or Postgres, which names its port. */
export async function openLine(url: string): Promise<Line> {
  const server = new URL(url);
  const sockets = new Set<Socket>();
  const line = createServer((near) => {
    const far = connect(Number(server.port), server.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  const listen = async (port: number) => await new Promise<void>((resolve) => line.listen(port, '127.0.0.1', resolve));
  const cut = async () => {
    const closed = new Promise<void>((resolve) => line.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const address = line.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(port);
  return { url: through.toString(), cut, mend: async () => await listen(port), close: cut };
}

import { createServer, type ServerResponse } from 'node:http';
import { createClient, type Client } from '@espalier/client';
import { pino, type Logger } from 'pino';

/** A request as the server of a test saw it. */
export interface Seen {
  readonly path: string;
  readonly body: unknown;
}

/** A real HTTP server in the place of the API: what a test needs to answer wrongly, late or not at all. */
export interface StandIn extends AsyncDisposable {
  readonly client: Client;
  readonly seen: readonly Seen[];
}

export type Respond = (seen: Seen, response: ServerResponse, count: number) => void;

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

export function sendProblem(response: ServerResponse, status: number, code: string): void {
  sendJson(response, status, { type: `urn:espalier:${code}`, title: code, status, code, detail: `${code} happened` });
}

/** Starts it on a free port; `respond` gets each request and how many came before. */
export async function startStandIn(respond: Respond): Promise<StandIn> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const serve = async (): Promise<void> => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(Buffer.from(piece));
      const text = Buffer.concat(pieces).toString();
      const now: Seen = { path: request.url ?? '', body: text === '' ? null : JSON.parse(text) };
      seen.push(now);
      respond(now, response, seen.length - 1);
    };
    serve().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server on a port has an address');
  return {
    client: createClient({ baseUrl: `http://127.0.0.1:${address.port}`, retry: { retries: 0 } }),
    seen,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A log that a test can read: one object a line. */
export function listeningLog(): { readonly log: Logger; readonly lines: readonly Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) });
  return { log, lines };
}

/** Waits until something is so; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

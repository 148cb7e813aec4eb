import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Model, Plan, PlanEvent, Problem } from '@espalier/contracts';

/** A request as a test server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A real HTTP server that answers as a test wants; `seen` lists what it was asked. */
export interface TestServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly seen: readonly SeenRequest[];
}

export type Answer = (request: SeenRequest, response: ServerResponse, count: number) => void;

export const sendJson = (response: ServerResponse, status: number, value: unknown): void => {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(value));
};

export const problem = (status: number, code: string, more: Partial<Problem> = {}): Problem => ({
  type: `urn:espalier:${code}`,
  title: code,
  status,
  code,
  detail: `${code} happened`,
  ...more,
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** Starts a server on a free port; `answer` gets each whole request and how many came before it. */
export async function startTestServer(answer: Answer): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const serve = async (): Promise<void> => {
      const request = { method, url, headers, body: await bodyOf(incoming) };
      seen.push(request);
      answer(request, response, seen.length - 1);
    };
    serve().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server on a port has an address');
  return {
    baseUrl: `http://127.0.0.1:${address.port}`,
    seen,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Something that a test waits for. */
export function signalled(): { readonly promise: Promise<unknown>; readonly happened: () => void } {
  const events = new EventEmitter();
  return { promise: once(events, 'happened'), happened: () => events.emit('happened') };
}

const AT = '2026-01-01T00:00:00.000Z';
export const PLAN_ID = '018f3f5c-0000-7000-8000-000000000001';
export const SHA = 'a'.repeat(64);

export const modelAnswer = (more: Partial<Model> = {}): Model => ({
  id: SHA,
  name: 'net.onnx',
  sizeBytes: 3,
  opset: 17,
  parameters: 1,
  macs: 2,
  inputs: [{ name: 'input', elementType: 'float32', dims: ['batch', 3, 8, null] }],
  outputs: [],
  createdAt: AT,
  ...more,
});

export const planAnswer = (more: Partial<Plan> = {}): Plan => ({
  id: PLAN_ID,
  modelId: SHA,
  status: 'measuring',
  criterion: 'l2',
  reduction: 'all',
  granularity: 'block',
  budgets: [{ target: 'x86-cpu', statistic: 'p50', limitMs: null, ratio: 0.7 }],
  pinned: [],
  removed: null,
  predicted: null,
  measured: null,
  base: null,
  latencyTable: [],
  rounds: [],
  progress: { done: 0, total: 4, now: null, remainingSeconds: null },
  waitingFor: null,
  lowestReachableMs: null,
  message: null,
  failure: null,
  candidateId: null,
  artifact: null,
  createdAt: AT,
  updatedAt: AT,
  finishedAt: null,
  ...more,
});

export const eventAnswer = (seq: number): PlanEvent => ({ seq, at: AT, type: 'measured', message: `block ${seq}` });

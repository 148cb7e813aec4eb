import { type Deadline, startDeadline } from './deadline.js';
import { ClientError, isPassing } from './error.js';
import { failureOf } from './failure.js';
import { pause, retryDelayMs, type RetryPolicy } from './retry.js';

/** Bytes to send: at once, or as a stream made anew for every try. */
export type UploadBody = Uint8Array<ArrayBuffer> | Blob | (() => ReadableStream<Uint8Array<ArrayBuffer>>);

/** One call of the API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below `/v1`, its parts already encoded (`pathOf`). */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly json?: unknown;
  readonly upload?: UploadBody;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Doing it twice equals doing it once, so it may be tried again. Default: all but POST. */
  readonly repeatable?: boolean;
  /** How long to wait for the head of the answer; null: as long as it takes. Default: the client's. */
  readonly timeoutMs?: number | null;
}

/** An answer whose body is still to be read; `close` must be called, read or not. */
export interface OpenAnswer {
  readonly response: Response;
  readonly close: () => void;
}

/** Performs calls: addresses, retries, errors. */
export interface Transport {
  readonly retry: RetryPolicy;
  readonly random: () => number;
  /** The parsed JSON answer. */
  readonly call: <Answer>(request: ApiRequest, parse: (value: unknown) => Answer) => Promise<Answer>;
  /** The answer as a stream. */
  readonly open: (request: ApiRequest) => Promise<OpenAnswer>;
}

/** What a transport needs from outside. */
export interface TransportOptions {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  readonly random: () => number;
}

/** A path below `/v1` from its parts, each encoded. */
export const pathOf = (...parts: readonly string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part)}`).join('');

const isRepeatable = ({ method, repeatable }: ApiRequest): boolean => repeatable ?? method !== 'POST';

function urlOf(baseUrl: string, { path, query = {} }: ApiRequest): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return `${baseUrl}/v1${path}${search.size > 0 ? `?${search.toString()}` : ''}`;
}

function bodyOf({ upload, json, headers = {} }: ApiRequest): RequestInit {
  if (upload !== undefined) {
    const body = typeof upload === 'function' ? upload() : upload;
    // The fetch standard wants `duplex` beside a stream.
    return { body, duplex: 'half', headers: { 'content-type': 'application/octet-stream', ...headers } };
  }
  if (json === undefined) return { headers };
  return { body: JSON.stringify(json), headers: { 'content-type': 'application/json', ...headers } };
}

function parseAnswer<Answer>(
  { method, path }: ApiRequest,
  response: Response,
  text: string,
  parse: (value: unknown) => Answer,
): Answer {
  try {
    return parse(JSON.parse(text));
  } catch (cause) {
    throw new ClientError('answer-invalid', `${method} ${path}: ${String(cause)}`, {
      status: response.status,
      cause,
      hint: 'server and client are of different versions, or another service is at this address',
    });
  }
}

/** Makes the transport of one API. */
export function createTransport({ baseUrl, fetch, retry, timeoutMs, random }: TransportOptions): Transport {
  const where = baseUrl || 'this address';

  async function overNetwork<T>(request: ApiRequest, deadline: Deadline, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      if (request.signal?.aborted) throw cause;
      throw new ClientError(
        'api-unreachable',
        deadline.expired() ? `the API at ${where} does not answer` : `no connection to the API at ${where}`,
        { cause, hint: 'is it running there? `espalier up` starts one; ESPALIER_API_URL says where it is' },
      );
    }
  }

  async function tryOnce<T>(
    request: ApiRequest,
    deadline: Deadline,
    use: (response: Response, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const init = { method: request.method, signal: deadline.signal, ...bodyOf(request) };
    const response = await overNetwork(request, deadline, () => fetch(urlOf(baseUrl, request), init));
    if (response.ok) return use(response, deadline);
    throw failureOf(response, await overNetwork(request, deadline, () => response.text()));
  }

  /** `use` takes over the deadline and releases it, unless it throws. */
  async function withRetries<T>(
    request: ApiRequest,
    use: (response: Response, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const retries = isRepeatable(request) ? retry.retries : 0;
    for (let attempt = 1; ; attempt += 1) {
      const deadline = startDeadline(request.signal, request.timeoutMs === undefined ? timeoutMs : request.timeoutMs);
      try {
        return await tryOnce(request, deadline, use);
      } catch (error) {
        deadline.release();
        if (attempt > retries || !isPassing(error)) throw error;
        const delayMs = error.retryAfterMs ?? retryDelayMs(attempt, retry, random());
        await pause(Math.min(delayMs, retry.maxMs), request.signal);
      }
    }
  }

  return {
    retry,
    random,
    call: (request, parse) =>
      withRetries(request, async (response, deadline) => {
        const text = await overNetwork(request, deadline, () => response.text());
        deadline.release();
        return parseAnswer(request, response, text, parse);
      }),
    open: (request) =>
      withRetries(request, async (response, deadline) => {
        deadline.stopClock();
        return { response, close: deadline.release };
      }),
  };
}

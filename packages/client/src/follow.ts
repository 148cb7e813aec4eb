import { Comparison, type ComparisonStatus, parserOf, Plan, PlanEvent, type PlanStatus } from '@espalier/contracts';
import type { EventSourceMessage } from 'eventsource-parser';
import { ClientError, isPassing } from './error.js';
import { eventsOf } from './event-stream.js';
import { pause, retryDelayMs } from './retry.js';
import { pathOf, type Transport } from './transport.js';

/** Something that happened to a plan, or the plan as it is now. */
export type PlanUpdate =
  | { readonly kind: 'event'; readonly event: PlanEvent }
  | { readonly kind: 'plan'; readonly plan: Plan };

/** Something that happened to a comparison, or the comparison as it is now, without recipes. */
export type ComparisonUpdate =
  | { readonly kind: 'event'; readonly event: PlanEvent }
  | { readonly kind: 'comparison'; readonly comparison: Comparison };

const parsePlan = parserOf('Plan', Plan);
const parseComparison = parserOf('Comparison', Comparison);
const parseEvent = parserOf('PlanEvent', PlanEvent);

type Status = PlanStatus | ComparisonStatus;

const FINAL: ReadonlySet<Status> = new Set<Status>(['verified', 'infeasible', 'finished', 'failed', 'cancelled']);

/** Whether nothing will happen to a plan or a comparison any more. */
export const isFinal = ({ status }: { readonly status: Status }): boolean => FINAL.has(status);

type EventUpdate = Extract<PlanUpdate, { kind: 'event' }>;

/** What is followed: where its events are, and how it reads them. */
interface Followed<State extends { readonly kind: 'plan' | 'comparison' }> {
  readonly path: string;
  readonly kind: State['kind'];
  /** @throws when the value has the wrong shape */
  readonly parse: (value: unknown) => State;
  readonly isLast: (state: State) => boolean;
}

function updateOf<State extends { readonly kind: 'plan' | 'comparison' }>(
  { kind, parse }: Followed<State>,
  message: EventSourceMessage,
): State | EventUpdate | undefined {
  try {
    if (message.event === kind) return parse(JSON.parse(message.data));
    if (message.event === 'event') return { kind: 'event', event: parseEvent(JSON.parse(message.data)) };
    return undefined; // a kind of a later version
  } catch (cause) {
    throw new ClientError('answer-invalid', `events of a ${kind}: ${String(cause)}`, {
      cause,
      hint: 'server and client are of different versions',
    });
  }
}

/** One connection: its updates, until it ends or breaks. */
async function* connection<State extends { readonly kind: 'plan' | 'comparison' }>(
  transport: Transport,
  followed: Followed<State>,
  after: number | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<State | EventUpdate, void, undefined> {
  const headers = {
    accept: 'text/event-stream',
    ...(after === undefined ? {} : { 'last-event-id': String(after) }),
  };
  const { response, close } = await transport.open({
    method: 'GET',
    path: followed.path,
    headers,
    signal,
    repeatable: false, // `follow` comes back itself
  });
  try {
    if (response.body === null) return;
    for await (const message of eventsOf(response.body)) {
      const update = updateOf(followed, message);
      if (update !== undefined) yield update;
    }
  } catch (cause) {
    if (signal?.aborted || cause instanceof ClientError) throw cause;
    throw new ClientError('api-unreachable', 'the connection to the API broke', { cause });
  } finally {
    close();
  }
}

/** A plan takes minutes to hours: who follows it outlasts so many times the tries of a single call. */
const PATIENCE = 6;

const isEvent = (update: { readonly kind: string }): update is EventUpdate => update.kind === 'event';

interface Following {
  readonly after?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The updates of something until its last, over as many connections as it takes. No event comes twice. */
async function* follow<State extends { readonly kind: 'plan' | 'comparison' }>(
  transport: Transport,
  followed: Followed<State>,
  { after, signal }: Following,
): AsyncGenerator<State | EventUpdate, void, undefined> {
  let lastSeq = after;
  let fruitless = 0;
  for (;;) {
    let failure: ClientError | undefined;
    let heard = false;
    try {
      for await (const update of connection(transport, followed, lastSeq, signal)) {
        heard = true;
        if (isEvent(update)) {
          if (lastSeq !== undefined && update.event.seq <= lastSeq) continue;
          lastSeq = update.event.seq;
          yield update;
        } else {
          yield update;
          if (followed.isLast(update)) return;
        }
      }
    } catch (error) {
      if (!isPassing(error)) throw error;
      failure = error;
    }
    fruitless = heard ? 0 : fruitless + 1;
    if (failure !== undefined && fruitless > transport.retry.retries * PATIENCE) throw failure;
    await pause(retryDelayMs(Math.max(fruitless, 1), transport.retry, transport.random()), signal);
  }
}

/**
 * The updates of a plan until it is final, over as many connections as it takes. No event comes twice.
 * @throws ClientError when the API refuses, or stays away for `PATIENCE` times the client's retries
 */
export function followPlan(
  transport: Transport,
  id: string,
  options: Following,
): AsyncGenerator<PlanUpdate, void, undefined> {
  const followed: Followed<Extract<PlanUpdate, { kind: 'plan' }>> = {
    path: pathOf('plans', id, 'events'),
    kind: 'plan',
    parse: (value) => ({ kind: 'plan', plan: parsePlan(value) }),
    isLast: ({ plan }) => isFinal(plan),
  };
  return follow(transport, followed, options);
}

/**
 * The updates of a comparison until it is final, like those of a plan.
 * @throws ClientError as `followPlan`
 */
export function followComparison(
  transport: Transport,
  id: string,
  options: Following,
): AsyncGenerator<ComparisonUpdate, void, undefined> {
  const followed: Followed<Extract<ComparisonUpdate, { kind: 'comparison' }>> = {
    path: pathOf('comparisons', id, 'events'),
    kind: 'comparison',
    parse: (value) => ({ kind: 'comparison', comparison: parseComparison(value) }),
    isLast: ({ comparison }) => isFinal(comparison),
  };
  return follow(transport, followed, options);
}

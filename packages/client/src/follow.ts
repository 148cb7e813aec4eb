import { parserOf, Plan, PlanEvent, type PlanStatus } from '@espalier/contracts';
import type { EventSourceMessage } from 'eventsource-parser';
import { ClientError, isPassing } from './error.js';
import { eventsOf } from './event-stream.js';
import { pause, retryDelayMs } from './retry.js';
import { pathOf, type Transport } from './transport.js';

/** Something that happened to a plan, or the plan as it is now. */
export type PlanUpdate =
  | { readonly kind: 'event'; readonly event: PlanEvent }
  | { readonly kind: 'plan'; readonly plan: Plan };

const parsePlan = parserOf('Plan', Plan);
const parseEvent = parserOf('PlanEvent', PlanEvent);

const FINAL: ReadonlySet<PlanStatus> = new Set<PlanStatus>(['verified', 'infeasible', 'failed', 'cancelled']);

/** Whether nothing will happen to a plan any more. */
export const isFinal = ({ status }: Pick<Plan, 'status'>): boolean => FINAL.has(status);

function updateOf(message: EventSourceMessage): PlanUpdate | undefined {
  try {
    if (message.event === 'plan') return { kind: 'plan', plan: parsePlan(JSON.parse(message.data)) };
    if (message.event === 'event') return { kind: 'event', event: parseEvent(JSON.parse(message.data)) };
    return undefined; // a kind of a later version
  } catch (cause) {
    throw new ClientError('answer-invalid', `events of a plan: ${String(cause)}`, {
      cause,
      hint: 'server and client are of different versions',
    });
  }
}

/** One connection: its updates, until it ends or breaks. */
async function* connection(
  transport: Transport,
  id: string,
  after: number | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<PlanUpdate, void, undefined> {
  const headers = {
    accept: 'text/event-stream',
    ...(after === undefined ? {} : { 'last-event-id': String(after) }),
  };
  const { response, close } = await transport.open({
    method: 'GET',
    path: pathOf('plans', id, 'events'),
    headers,
    signal,
    repeatable: false, // `followPlan` comes back itself
  });
  try {
    if (response.body === null) return;
    for await (const message of eventsOf(response.body)) {
      const update = updateOf(message);
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

/** What is still worth telling: every plan, and the events after `lastSeq`. */
const isNews = (update: PlanUpdate, lastSeq: number | undefined): boolean =>
  update.kind === 'plan' || lastSeq === undefined || update.event.seq > lastSeq;

/**
 * The updates of a plan until it is final, over as many connections as it takes. No event comes twice.
 * @throws ClientError when the API refuses, or stays away for `PATIENCE` times the client's retries
 */
export async function* followPlan(
  transport: Transport,
  id: string,
  { after, signal }: { readonly after?: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<PlanUpdate, void, undefined> {
  let lastSeq = after;
  let fruitless = 0;
  for (;;) {
    let failure: ClientError | undefined;
    let heard = false;
    try {
      for await (const update of connection(transport, id, lastSeq, signal)) {
        heard = true;
        if (!isNews(update, lastSeq)) continue;
        if (update.kind === 'event') lastSeq = update.event.seq;
        yield update;
        if (update.kind === 'plan' && isFinal(update.plan)) return;
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

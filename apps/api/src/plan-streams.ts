import { setTimeout as sleep } from 'node:timers/promises';
import type { Comparison, Plan, PlanEvent } from '@espalier/contracts';
import { isFinal, type Notice, type Store, StoreError } from '@espalier/store';
import { liveView } from './live-plans.js';

/** Progress moves all the time; people read twice a second. */
const POLL_MS = 500;
/** Proxies close connections that say nothing. */
const COMMENT_MS = 10_000;

/** What is followed; also what its messages are called. */
export type FollowedKind = 'plan' | 'comparison';

/** Server-sent events of plans and comparisons, until they are over or everything stops. */
export interface PlanStreams {
  /** The stream of one of them as text, from the event after `afterSeq`. */
  follow(kind: FollowedKind, id: string, afterSeq: number): AsyncGenerator<string, void, undefined>;
  /** Something changed: whoever waits looks again at once. */
  readonly onNotice: (notice: Notice) => void;
  /** Ends all streams. */
  close(): void;
}

const eventFrame = (event: PlanEvent): string => `id: ${event.seq}\nevent: event\ndata: ${JSON.stringify(event)}\n\n`;
const stateFrame = (kind: FollowedKind, json: string): string => `event: ${kind}\ndata: ${json}\n\n`;

/** Wakes those who wait for a plan. */
function createBells() {
  const waiting = new Map<string, Set<AbortController>>();
  return {
    ring: (planId: string) => {
      for (const controller of waiting.get(planId) ?? []) controller.abort();
    },
    wait: async (planId: string, ms: number, stop: AbortSignal): Promise<void> => {
      const bell = new AbortController();
      const bells = waiting.get(planId) ?? new Set();
      waiting.set(planId, bells.add(bell));
      await sleep(ms, undefined, { signal: AbortSignal.any([bell.signal, stop]) }).catch(() => undefined);
      bells.delete(bell);
      if (bells.size === 0) waiting.delete(planId);
    },
  };
}

/** Streams that read a store. */
export function createPlanStreams(store: Store): PlanStreams {
  const bells = createBells();
  const stop = new AbortController();

  const read = async (kind: FollowedKind, id: string): Promise<Plan | Comparison> =>
    kind === 'plan' ? await store.plans.get(id) : await store.comparisons.get(id);

  /** The state is read first: a final one is only sent after every event before it. */
  async function news(kind: FollowedKind, id: string, afterSeq: number) {
    const state = await read(kind, id);
    return { state: await liveView(store, state), events: await store.plans.events(id, afterSeq) };
  }

  async function newsIfThere(kind: FollowedKind, id: string, afterSeq: number) {
    try {
      return await news(kind, id, afterSeq);
    } catch (error) {
      if (error instanceof StoreError && error.retryable) return undefined; // it comes back
      throw error;
    }
  }

  async function* follow(kind: FollowedKind, id: string, afterSeq: number): AsyncGenerator<string, void, undefined> {
    let seq = afterSeq;
    let sent = '';
    let silentSince = Date.now();
    while (!stop.signal.aborted) {
      const found = await newsIfThere(kind, id, seq);
      const frames = (found?.events ?? []).map(eventFrame);
      seq = found?.events.at(-1)?.seq ?? seq;
      const json = found === undefined ? sent : JSON.stringify(found.state);
      if (json !== sent) frames.push(stateFrame(kind, json));
      sent = json;
      if (frames.length === 0 && Date.now() - silentSince > COMMENT_MS) frames.push(': still here\n\n');
      if (frames.length > 0) {
        silentSince = Date.now();
        yield frames.join('');
      }
      if (found !== undefined && isFinal(found.state.status)) return;
      await bells.wait(id, POLL_MS, stop.signal);
    }
  }

  return {
    follow,
    onNotice: (notice) => {
      if (notice.kind === 'plan') bells.ring(notice.planId);
    },
    close: () => stop.abort(),
  };
}

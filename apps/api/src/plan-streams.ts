import { setTimeout as sleep } from 'node:timers/promises';
import type { Plan, PlanEvent } from '@espalier/contracts';
import { isFinal, type Notice, type Store, StoreError } from '@espalier/store';
import { liveView } from './live-plans.js';

/** Progress moves all the time; people read twice a second. */
const POLL_MS = 500;
/** Proxies close connections that say nothing. */
const COMMENT_MS = 10_000;

/** Server-sent events of plans, until they are over or everything stops. */
export interface PlanStreams {
  /** The stream of one plan as text, from the event after `afterSeq`. */
  follow(planId: string, afterSeq: number): AsyncGenerator<string, void, undefined>;
  /** Something changed: whoever waits looks again at once. */
  readonly onNotice: (notice: Notice) => void;
  /** Ends all streams. */
  close(): void;
}

const eventFrame = (event: PlanEvent): string => `id: ${event.seq}\nevent: event\ndata: ${JSON.stringify(event)}\n\n`;
const planFrame = (json: string): string => `event: plan\ndata: ${json}\n\n`;

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

  /** The plan is read first: a final one is only sent after every event before it. */
  async function news(planId: string, afterSeq: number): Promise<{ plan: Plan; events: readonly PlanEvent[] }> {
    const plan = await store.plans.get(planId);
    return { plan: await liveView(store, plan), events: await store.plans.events(planId, afterSeq) };
  }

  async function newsIfThere(planId: string, afterSeq: number) {
    try {
      return await news(planId, afterSeq);
    } catch (error) {
      if (error instanceof StoreError && error.retryable) return undefined; // it comes back
      throw error;
    }
  }

  async function* follow(planId: string, afterSeq: number): AsyncGenerator<string, void, undefined> {
    let seq = afterSeq;
    let sent = '';
    let silentSince = Date.now();
    while (!stop.signal.aborted) {
      const found = await newsIfThere(planId, seq);
      const frames = (found?.events ?? []).map(eventFrame);
      seq = found?.events.at(-1)?.seq ?? seq;
      const json = found === undefined ? sent : JSON.stringify(found.plan);
      if (json !== sent) frames.push(planFrame(json));
      sent = json;
      if (frames.length === 0 && Date.now() - silentSince > COMMENT_MS) frames.push(': still here\n\n');
      if (frames.length > 0) {
        silentSince = Date.now();
        yield frames.join('');
      }
      if (found !== undefined && isFinal(found.plan.status)) return;
      await bells.wait(planId, POLL_MS, stop.signal);
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

import type { PlanUpdate } from '@espalier/client';
import type { Plan, PlanEvent } from '@espalier/contracts';

/** What has been heard of a plan, and whether more will come. */
export interface PlanFeed {
  readonly connection: 'connecting' | 'live' | 'lost' | 'ended';
  /** As it was told last; null: not yet. */
  readonly plan: Plan | null;
  /** In the order in which they happened. */
  readonly events: readonly PlanEvent[];
  /** Why the connection is lost, and when it was seen to be. */
  readonly loss: { readonly error: Error; readonly atMs: number } | null;
}

/** Something that the reader of a feed noticed. */
export type FeedChange =
  | { readonly kind: 'update'; readonly update: PlanUpdate }
  | { readonly kind: 'lost'; readonly error: Error; readonly atMs: number }
  | { readonly kind: 'ended' };

export const emptyFeed: PlanFeed = { connection: 'connecting', plan: null, events: [], loss: null };

/** `seq` of the last event that is known, to go on from; undefined: none yet. */
export const lastSeq = ({ events }: PlanFeed): number | undefined => events.at(-1)?.seq;

function withUpdate(feed: PlanFeed, update: PlanUpdate): PlanFeed {
  const live = { ...feed, connection: 'live', loss: null } as const;
  if (update.kind === 'plan') return { ...live, plan: update.plan };
  const known = lastSeq(feed);
  // A reader that came back may hear again what it knows.
  if (known !== undefined && update.event.seq <= known) return live;
  return { ...live, events: [...feed.events, update.event] };
}

/** The feed after a change. Nothing that is known is forgotten when the connection is lost. */
export function feedAfter(feed: PlanFeed, change: FeedChange): PlanFeed {
  switch (change.kind) {
    case 'update':
      return withUpdate(feed, change.update);
    case 'lost': {
      // Further tries that fail do not make the loss younger.
      const atMs = feed.loss?.atMs ?? change.atMs;
      return { ...feed, connection: 'lost', loss: { error: change.error, atMs } };
    }
    case 'ended':
      return { ...feed, connection: 'ended', loss: null };
    default:
      return change satisfies never;
  }
}
